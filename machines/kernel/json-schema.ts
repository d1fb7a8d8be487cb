import { isPlainObject, pointerStep } from './canonical-json.ts';
import { compilePattern, PatternError, patternMatches } from './expression/pattern.ts';
import { matchesFormat, type SchemaFormat } from './json-schema-format.ts';
import { hasType, isJson, isSealed, sameJson } from './json-schema-value.ts';

/** The JSON Schema keywords a definition may use, and our marks. An object is closed unless it says otherwise. */
export interface JsonSchema {
  type?: SchemaType | SchemaType[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  /** What keys besides `properties` may hold; `false` when left out of a schema of type `object`. */
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  minItems?: number;
  /** At most 1,000 when left out. */
  maxItems?: number;
  enum?: unknown[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  /** In the language of `expression/pattern.ts`; found anywhere in the text unless anchored. */
  pattern?: string;
  format?: SchemaFormat;
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  oneOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  /** The value belongs to a person: outside the vault it is only ever `{ref, commitment}`. */
  'x-personal'?: boolean;
  /** Only these roles may see the value. */
  'x-restricted'?: string[];
  /** The value is the id of somebody who holds one of these roles; whoever takes it from outside looks them up. */
  'x-person'?: string[];
  /** What the values of `enum` are called, by value; for people alone. */
  'x-titles'?: unknown;
  title?: unknown;
  description?: unknown;
  default?: unknown;
  examples?: unknown[];
  $comment?: string;
}

export type SchemaType = 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';

/** One thing wrong with a value: where, and a sentence that does not repeat the value. */
export interface SchemaProblem {
  pointer: string;
  message: string;
}

/** Whether personal values are expected as they are (`clear`, at the edge) or replaced (`sealed`, everywhere else). */
export interface PersonalValues {
  personal: 'clear' | 'sealed';
}

/** Bounds of one validation. What is refused for passing them is refused with a message, never with an exception. */
export const schemaLimits = { depth: 64, items: 1_000, checks: 100_000, problems: 100 } as const;

interface Run {
  root: JsonSchema;
  sealed: boolean;
  problems: SchemaProblem[];
  checks: number;
}

/**
 * Checks a value against a schema by interpreting it: no code is generated, so it runs inside a workflow, and it
 * never throws, whatever the value.
 *
 * @param root the schema that `$ref: "#/$defs/…"` is resolved against
 * @returns what is wrong, at most 100 problems; none means valid
 */
export const validate = (
  schema: JsonSchema,
  value: unknown,
  root: JsonSchema,
  { personal }: PersonalValues,
): SchemaProblem[] => {
  const run: Run = { root, sealed: personal === 'sealed', problems: [], checks: 0 };
  check(run, schema, value, '', 0);
  return run.problems;
};

/** The schema that a `$ref` names, or `undefined`. Only `#/$defs/NAME` is understood. */
export const resolveRef = (ref: string, root: JsonSchema): JsonSchema | undefined => {
  const name = /^#\/\$defs\/([^/]+)$/.exec(ref)?.[1]?.replaceAll('~1', '/').replaceAll('~0', '~');
  return name !== undefined && root.$defs !== undefined && Object.hasOwn(root.$defs, name)
    ? root.$defs[name]
    : undefined;
};

const check = (run: Run, schema: JsonSchema, value: unknown, pointer: string, depth: number): void => {
  if (run.problems.length >= schemaLimits.problems) {
    return;
  }
  const fail = (message: string): void => {
    run.problems.push({ pointer, message });
  };
  if (depth > schemaLimits.depth) {
    fail(`nests deeper than ${schemaLimits.depth}`);
    return;
  }
  if (++run.checks > schemaLimits.checks) {
    // Emptying the allowance also ends the loops above.
    run.checks = Number.POSITIVE_INFINITY;
    fail('is too large to check');
    return;
  }
  if (schema['x-personal'] === true && run.sealed) {
    if (!isSealed(value)) {
      fail('holds a personal value that is not replaced by {ref, commitment}');
    }
    return;
  }
  if (schema.$ref !== undefined) {
    const target = resolveRef(schema.$ref, run.root);
    if (target === undefined) {
      fail(`has a rule that is missing: ${schema.$ref}`);
      return;
    }
    check(run, target, value, pointer, depth + 1);
    return;
  }
  if (!isJson(value)) {
    fail('is not JSON');
    return;
  }
  if (schema.type !== undefined && !hasType(value, schema.type)) {
    fail(`must be ${[schema.type].flat().join(' or ')}`);
    return;
  }
  if ('const' in schema && !sameJson(value, schema.const, 0)) {
    fail('must be the one allowed value');
  }
  if (schema.enum !== undefined && !schema.enum.some((allowed) => sameJson(value, allowed, 0))) {
    fail(`must be one of ${JSON.stringify(schema.enum)}`);
  }
  if (typeof value === 'number') {
    checkNumber(schema, value, fail);
  } else if (typeof value === 'string') {
    checkText(schema, value, fail);
  } else if (Array.isArray(value)) {
    checkItems(run, schema, value, pointer, depth, fail);
  } else if (isPlainObject(value)) {
    checkProperties(run, schema, value, pointer, depth);
  }
  checkBranches(run, schema, value, pointer, depth, fail);
};

type Fail = (message: string) => void;

const checkNumber = (schema: JsonSchema, value: number, fail: Fail): void => {
  if (schema.minimum !== undefined && value < schema.minimum) {
    fail(`must be at least ${schema.minimum}`);
  }
  if (schema.maximum !== undefined && value > schema.maximum) {
    fail(`must be at most ${schema.maximum}`);
  }
};

const checkText = (schema: JsonSchema, value: string, fail: Fail): void => {
  if (!value.isWellFormed()) {
    fail('holds half of a character (a lone surrogate)');
    return;
  }
  const { minLength, maxLength } = schema;
  // A character takes at most two code units, so most texts need no counting.
  if (maxLength !== undefined && (value.length > maxLength * 2 || Array.from(value).length > maxLength)) {
    fail(`must have at most ${maxLength} characters`);
    return;
  }
  if (minLength !== undefined && (value.length < minLength || Array.from(value).length < minLength)) {
    fail(`must have at least ${minLength} characters`);
  }
  if (schema.format !== undefined && !matchesFormat(schema.format, value)) {
    fail(`must be a ${schema.format}`);
  }
  if (schema.pattern !== undefined && !matchesPattern(schema.pattern, value)) {
    fail(`must match ${schema.pattern}`);
  }
};

const matchesPattern = (pattern: string, value: string): boolean => {
  try {
    return patternMatches(compilePattern(pattern), value);
  } catch (error) {
    if (error instanceof PatternError) {
      return false;
    }
    throw error;
  }
};

const checkItems = (
  run: Run,
  schema: JsonSchema,
  value: unknown[],
  pointer: string,
  depth: number,
  fail: Fail,
): void => {
  const maxItems = schema.maxItems ?? schemaLimits.items;
  if (value.length > maxItems) {
    fail(`must have at most ${maxItems} items`);
    return;
  }
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    fail(`must have at least ${schema.minItems} items`);
  }
  for (const [index, item] of value.entries()) {
    if (run.checks > schemaLimits.checks) {
      return;
    }
    check(run, schema.items ?? {}, item, pointer + pointerStep(index), depth + 1);
  }
};

const checkProperties = (
  run: Run,
  schema: JsonSchema,
  value: Record<string, unknown>,
  pointer: string,
  depth: number,
): void => {
  // A branch of oneOf that names no type only adds to what its parent says, so it closes nothing.
  const others = schema.additionalProperties ?? schema.type === undefined;
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(value, name)) {
      run.problems.push({ pointer: pointer + pointerStep(name), message: 'is required' });
    }
  }
  for (const key of Object.keys(value)) {
    if (run.checks > schemaLimits.checks || run.problems.length >= schemaLimits.problems) {
      return;
    }
    const at = pointer + pointerStep(key);
    const own = schema.properties !== undefined && Object.hasOwn(schema.properties, key);
    const rule = own ? schema.properties?.[key] : others;
    // Assigning that key would change an object's prototype, so it is no field of anybody's.
    if (rule === undefined || rule === false || key === '__proto__' || !key.isWellFormed()) {
      run.problems.push({ pointer: at, message: 'is not a known field' });
    } else {
      check(run, rule === true ? {} : rule, value[key], at, depth + 1);
    }
  }
};

const checkBranches = (
  run: Run,
  schema: JsonSchema,
  value: unknown,
  pointer: string,
  depth: number,
  fail: Fail,
): void => {
  const valid = (branches: JsonSchema[]): number =>
    branches.filter((branch) => {
      const attempt: Run = { ...run, problems: [] };
      check(attempt, branch, value, pointer, depth + 1);
      run.checks = attempt.checks;
      return attempt.problems.length === 0;
    }).length;
  if (schema.anyOf !== undefined && valid(schema.anyOf) === 0) {
    fail('fits none of its alternatives');
  }
  if (schema.oneOf !== undefined) {
    const count = valid(schema.oneOf);
    if (count !== 1) {
      fail(count === 0 ? 'fits none of its alternatives' : 'fits more than one of its alternatives');
    }
  }
};
