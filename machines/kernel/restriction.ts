import type { RuntimeDefinition } from './definition.ts';
import type { EntryLeaf } from './entry.ts';
import type { Json, JsonObject } from './json.ts';
import { selfAndAncestors, stateTree } from './state-tree.ts';

/**
 * The roles that may see the whole of an entry: the strictest mark it touches, or undefined where it touches none.
 * Of several marks only the roles that all of them allow remain.
 */
export const restriction = (definition: RuntimeDefinition, leaf: EntryLeaf): string[] | undefined => {
  const marks: string[][] = [];
  const add = (mark: Json | undefined): void => {
    if (Array.isArray(mark)) {
      marks.push(mark as string[]);
    }
  };
  add(definition.events[leaf.type]?.['x-restricted']);
  const states = stateMarks(definition);
  for (const id of new Set([...leaf.before.states, ...leaf.after.states])) {
    add(states.get(id));
  }
  for (const pointer of Object.keys(leaf.after.changed)) {
    addAlong(definition, pointer, add);
  }
  for (const name of Object.keys(leaf.facts as JsonObject)) {
    add(definition.facts?.[name]?.['x-restricted']);
  }
  if (marks.length === 0) {
    return undefined;
  }
  return marks.reduce((left, right) => left.filter((role) => right.includes(role)));
};

/** Marks on the way to a value of the case's data. */
const addAlong = (
  definition: RuntimeDefinition,
  pointer: string,
  add: (mark: Json | undefined) => void,
): void => {
  const [, part, ...keys] = pointer.split('/');
  if (part !== 'data') {
    return;
  }
  let schema: JsonObject | undefined = definition.data;
  for (const key of keys) {
    const properties = schema?.properties as JsonObject | undefined;
    schema = resolve(definition, properties?.[key] as JsonObject | undefined);
    add(schema?.['x-restricted']);
  }
};

const resolve = (definition: RuntimeDefinition, schema: JsonObject | undefined): JsonObject | undefined =>
  typeof schema?.$ref === 'string' ? definition.$defs?.[schema.$ref.replace('#/$defs/', '')] : schema;

/** State id → the roles that may know that a case is in it, where it or a state around it is marked. */
export const stateMarks = (definition: RuntimeDefinition): Map<string, string[]> => {
  const known = markCache.get(definition);
  if (known) {
    return known;
  }
  const marks = new Map<string, string[]>();
  for (const [id, info] of stateTree(definition.machine)) {
    const mark = selfAndAncestors(info).find(({ node }) => node['x-restricted'])?.node['x-restricted'];
    if (mark) {
      marks.set(id, mark);
    }
  }
  markCache.set(definition, marks);
  return marks;
};

// Definitions are immutable, so what is read from one may be kept with it.
const markCache = new WeakMap<RuntimeDefinition, Map<string, string[]>>();
