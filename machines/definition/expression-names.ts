import { type JsonSchema, resolveRef } from '../kernel/json-schema.ts';
import { ledgerLineKinds } from '../kernel/ledger.ts';

/** What expressions may read: a schema per variable, and the schema that holds their `$defs`. */
export interface ExpressionNames {
  variables: Readonly<Record<string, JsonSchema>>;
  root: JsonSchema;
}

/** The parts of a definition that expressions can see. */
export interface ExpressionSources {
  data: JsonSchema;
  /** The data of the events that lead here; an expression may read what any of them brings. */
  events: readonly JsonSchema[];
  /** What the definition asks the API for. */
  facts: Readonly<Record<string, JsonSchema>>;
  /** An item of the list that child cases are started for, where there is one. */
  item?: JsonSchema;
  root: JsonSchema;
}

const text: JsonSchema = { type: 'string' };
const texts: JsonSchema = { type: 'array', items: text };
const instant: JsonSchema = { type: 'string', format: 'date-time' };
const object = (properties: Record<string, JsonSchema>): JsonSchema => ({ type: 'object', properties });
const money = object({ amount: { type: 'integer' }, currency: text });

const fixed = {
  actor: object({ id: text, roles: texts }),
  documents: object({ received: texts, waived: texts, deferred: texts, missing: texts }),
  links: { type: 'object', additionalProperties: { type: 'integer' } },
  ledger: object(Object.fromEntries(ledgerLineKinds.map((kind) => [kind, money]))),
  case: object({
    kind: text,
    openedAt: instant,
    receivedAt: instant,
    epoch: { type: 'integer' },
    profile: { type: ['string', 'null'] },
    historical: { type: 'boolean' },
  }),
} satisfies Record<string, JsonSchema>;

const factsActor = object({
  id: text,
  roles: texts,
  departments: texts,
  authority: { type: 'array', items: money },
});

/** The names that expressions at one place of a definition may use. */
export const expressionNames = ({ data, events, facts, item, root }: ExpressionSources): ExpressionNames => ({
  variables: {
    ...fixed,
    data,
    event: events.length === 0 ? { type: 'object' } : { anyOf: [...events] },
    facts: object({ actor: factsActor, ...facts }),
    ...(item === undefined ? {} : { item }),
  },
  root,
});

/**
 * Where a path leads: to schemas (several under `oneOf`), to anything (an open object), to a personal value or, with
 * `inside`, below one, or nowhere.
 */
export type Followed =
  | { kind: 'known'; schemas: JsonSchema[] }
  | { kind: 'open' }
  | { kind: 'personal'; inside: boolean }
  | { kind: 'missing'; step: number };

/** Follows a path through the schemas. A list is looked through: FEEL reads a field of each of its items. */
export const follow = ({ variables, root }: ExpressionNames, path: readonly string[]): Followed => {
  const [first, ...steps] = path;
  const start = first !== undefined && Object.hasOwn(variables, first) ? variables[first] : undefined;
  if (start === undefined) {
    return { kind: 'missing', step: 0 };
  }
  let schemas = alternatives(start, root);
  for (const [index, step] of steps.entries()) {
    if (schemas.some(isPersonal)) {
      return { kind: 'personal', inside: true };
    }
    const next: JsonSchema[] = [];
    for (const schema of schemas) {
      const rule = property(schema, step);
      if (rule === true) {
        return { kind: 'open' };
      }
      if (rule !== undefined) {
        next.push(...alternatives(rule, root));
      }
    }
    if (next.length === 0) {
      return { kind: 'missing', step: index + 1 };
    }
    schemas = next;
  }
  return schemas.some(isPersonal) ? { kind: 'personal', inside: false } : { kind: 'known', schemas };
};

/** The names that would have been there instead of the missing step. */
export const namesNear = (names: ExpressionNames, path: readonly string[], step: number): string[] => {
  if (step === 0) {
    return Object.keys(names.variables);
  }
  const parent = follow(names, path.slice(0, step));
  return parent.kind === 'known'
    ? [...new Set(parent.schemas.flatMap(({ properties }) => Object.keys(properties ?? {})))]
    : [];
};

const isPersonal = (schema: JsonSchema): boolean => schema['x-personal'] === true;

const property = (schema: JsonSchema, name: string): JsonSchema | true | undefined => {
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, name)) {
    return schema.properties[name];
  }
  const others = schema.additionalProperties;
  return others === false ? undefined : others;
};

/** The schemas that a value may follow: references, alternatives and lists resolved, personal marks kept. */
const alternatives = (schema: JsonSchema, root: JsonSchema, depth = 0): JsonSchema[] => {
  if (isPersonal(schema) || depth > 32) {
    return [schema];
  }
  const target = schema.$ref === undefined ? undefined : resolveRef(schema.$ref, root);
  const branches = [
    ...(schema.oneOf ?? []),
    ...(schema.anyOf ?? []),
    ...(target === undefined ? [] : [target]),
  ];
  const items = schema.items === undefined ? [] : [schema.items];
  const inner = [...branches, ...items].flatMap((one) => alternatives(one, root, depth + 1));
  return items.length > 0 ? inner : [schema, ...inner];
};
