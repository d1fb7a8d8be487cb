import { isPlainObject } from './canonical-json.ts';
import type { RuntimeDefinition } from './definition.ts';
import type { EntryLeaf } from './entry.ts';
import type { Json, JsonObject } from './json.ts';
import { own } from './own.ts';
import type { CaseState } from './state.ts';
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
  for (const [pointer, value] of Object.entries(leaf.after.changed)) {
    addAlong(definition, pointer, add);
    add(documentMark(definition, pointer, value));
  }
  for (const name of Object.keys(leaf.facts as JsonObject)) {
    add(definition.facts?.[name]?.['x-restricted']);
  }
  return allowedByAll(marks);
};

/**
 * The roles that may know that a clock runs, where nothing starts it that everybody may know: a case is then in a marked
 * state, or a marked event has come. A seat's own clock is known to whom the state is that has people decide.
 */
export const clockMark = (
  definition: RuntimeDefinition,
  name: string,
  { deadlines, signing }: Partial<Pick<CaseState, 'deadlines' | 'signing'>> = {},
): string[] | undefined => {
  if (own(deadlines, name)?.seat !== undefined) {
    return stateMarks(definition).get(signing?.state ?? '');
  }
  const profiles = Object.values(definition.profiles ?? {});
  const clocks = [definition.deadlines, ...profiles.map(({ deadlines }) => deadlines)];
  const starts = clocks.map((each) => own(each, name)?.starts).find((each) => each !== undefined) ?? [];
  const states = stateMarks(definition);
  const marks = starts.flatMap((trigger) => {
    if ('enter' in trigger) {
      return [trigger.enter].flat().map((id) => states.get(id));
    }
    return 'event' in trigger
      ? [trigger.event].flat().map((event) => own(definition.events, event)?.['x-restricted'])
      : [undefined];
  });
  const known = marks.filter((mark) => mark !== undefined);
  return known.length < marks.length ? undefined : allowedByAll(known);
};

const allowedByAll = (marks: readonly string[][]): string[] | undefined => {
  const [first, ...others] = marks;
  return first && others.reduce((left, right) => left.filter((role) => right.includes(role)), first);
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

/** The mark of a document that came to the case. */
const documentMark = (definition: RuntimeDefinition, pointer: string, value: Json): string[] | undefined => {
  if (!pointer.startsWith('/documents/') || !isPlainObject(value) || typeof value.key !== 'string') {
    return undefined;
  }
  return own(definition.documents, value.key)?.['x-restricted'];
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
