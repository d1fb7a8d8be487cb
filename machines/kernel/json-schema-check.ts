import { isPlainObject, pointerStep } from './canonical-json.ts';
import { compilePattern, PatternError } from './expression/pattern.ts';
import { type JsonSchema, resolveRef, type SchemaProblem } from './json-schema.ts';
import { schemaFormats } from './json-schema-format.ts';

const types = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
const isTexts = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.every((one) => typeof one === 'string') &&
  new Set(value).size === value.length;
const anything = (): boolean => true;

/** Each keyword with what its value must be. A keyword that is not here is refused: a typing error in a mark such as `x-personal` would otherwise pass unseen. */
const keywords: Readonly<Record<string, { must: string; holds: (value: unknown) => boolean }>> = {
  type: {
    must: `be one of ${types.join(', ')}, or a list of them`,
    holds: (value) => isTexts([value].flat()) && [value].flat().every((one) => types.includes(String(one))),
  },
  properties: { must: 'be an object', holds: isPlainObject },
  required: { must: 'be a list of different names', holds: isTexts },
  additionalProperties: {
    must: 'be true, false or a schema',
    holds: (value) => typeof value === 'boolean' || isPlainObject(value),
  },
  items: { must: 'be a schema', holds: isPlainObject },
  minItems: { must: 'be a whole number', holds: isCount },
  maxItems: { must: 'be a whole number', holds: isCount },
  enum: { must: 'be a list of values', holds: (value) => Array.isArray(value) && value.length > 0 },
  const: { must: 'be a value', holds: anything },
  minimum: { must: 'be a number', holds: isNumber },
  maximum: { must: 'be a number', holds: isNumber },
  minLength: { must: 'be a whole number', holds: isCount },
  maxLength: { must: 'be a whole number', holds: isCount },
  pattern: { must: 'be a text', holds: (value) => typeof value === 'string' },
  format: {
    must: `be one of ${schemaFormats.join(', ')}`,
    holds: (value) => schemaFormats.some((one) => one === value),
  },
  $ref: { must: 'be "#/$defs/NAME"', holds: (value) => typeof value === 'string' },
  $defs: { must: 'be an object of schemas', holds: isPlainObject },
  oneOf: { must: 'be a list of schemas', holds: (value) => Array.isArray(value) && value.length > 0 },
  anyOf: { must: 'be a list of schemas', holds: (value) => Array.isArray(value) && value.length > 0 },
  'x-personal': { must: 'be true or false', holds: (value) => typeof value === 'boolean' },
  'x-restricted': {
    must: 'be a list of roles',
    holds: (value) => isTexts(value) && [value].flat().length > 0,
  },
  title: { must: 'be a text or {zh, en}', holds: anything },
  description: { must: 'be a text or {zh, en}', holds: anything },
  default: { must: 'be a value', holds: anything },
  examples: { must: 'be a list', holds: Array.isArray },
  $comment: { must: 'be a text', holds: (value) => typeof value === 'string' },
};

const depthMax = 32;

/** Names that FEEL can read after a dot and that no prototype knows. */
const fieldName = /^[A-Za-z][A-Za-z0-9_]*$/;

/**
 * What keeps a schema out of a definition: a keyword that the validator does not know or a value it cannot use, a
 * reference that leads nowhere or into itself, an unsafe pattern, a field name that expressions could not write.
 *
 * @param root the schema that `$ref` is resolved against; its `$defs` are checked where they stand, in `root` itself
 */
export const checkSchema = (schema: unknown, root: JsonSchema): SchemaProblem[] => {
  const problems: SchemaProblem[] = [];
  inspect(schema, root, '', 0, false, problems);
  return problems;
};

/**
 * JSON pointers of the personal values. A step `*` stands for any index or key, as in `/phones/*`.
 * The schema must have passed {@link checkSchema}.
 */
export const personalPaths = (schema: JsonSchema, root: JsonSchema): string[] => {
  const paths = new Set<string>();
  collectPersonal(schema, root, '', 0, paths);
  return [...paths].sort();
};

const inspect = (
  schema: unknown,
  root: JsonSchema,
  pointer: string,
  depth: number,
  isBranch: boolean,
  problems: SchemaProblem[],
): void => {
  const fail = (at: string, message: string): void => {
    problems.push({ pointer: at, message });
  };
  if (!isPlainObject(schema)) {
    fail(pointer, 'must be a schema, that is, an object');
    return;
  }
  if (depth > depthMax) {
    fail(pointer, `nests deeper than ${depthMax}`);
    return;
  }
  for (const [key, value] of Object.entries(schema)) {
    const keyword = Object.hasOwn(keywords, key) ? keywords[key] : undefined;
    if (keyword === undefined) {
      fail(pointer + pointerStep(key), 'is not a keyword that definitions may use');
    } else if (!keyword.holds(value)) {
      fail(pointer + pointerStep(key), `must ${keyword.must}`);
    }
  }
  if (!isBranch && !['type', '$ref', 'enum', 'const', 'oneOf', 'anyOf'].some((key) => key in schema)) {
    fail(pointer, 'must say its type');
  }
  inspectRef(schema, root, pointer, fail);
  inspectPattern(schema, pointer, fail);
  inspectProperties(schema, root, pointer, depth, isBranch, problems);
  for (const key of ['items', 'additionalProperties']) {
    if (isPlainObject(schema[key])) {
      inspect(schema[key], root, pointer + pointerStep(key), depth + 1, false, problems);
    }
  }
  for (const key of ['oneOf', 'anyOf']) {
    const branches = schema[key];
    for (const [index, branch] of Array.isArray(branches) ? branches.entries() : []) {
      inspect(branch, root, pointer + pointerStep(key) + pointerStep(index), depth + 1, true, problems);
    }
  }
  for (const [name, definition] of isPlainObject(schema.$defs) ? Object.entries(schema.$defs) : []) {
    inspect(definition, root, `${pointer}/$defs${pointerStep(name)}`, depth + 1, false, problems);
  }
};

type Fail = (at: string, message: string) => void;

const inspectRef = (schema: Record<string, unknown>, root: JsonSchema, pointer: string, fail: Fail): void => {
  if (typeof schema.$ref !== 'string') {
    return;
  }
  const at = `${pointer}/$ref`;
  if (resolveRef(schema.$ref, root) === undefined) {
    fail(at, `leads nowhere: ${schema.$ref}`);
  } else if (reaches(schema.$ref, schema.$ref, root, new Set())) {
    fail(at, `leads back to itself: ${schema.$ref}`);
  }
  const besides = Object.keys(schema).find(
    (key) =>
      !['$ref', '$defs', 'x-personal', 'x-restricted', 'title', 'description', '$comment'].includes(key),
  );
  if (besides !== undefined) {
    fail(pointer + pointerStep(besides), 'has no effect beside $ref');
  }
};

const reaches = (from: string, goal: string, root: JsonSchema, seen: Set<string>): boolean => {
  if (seen.has(from)) {
    return false;
  }
  seen.add(from);
  const target = resolveRef(from, root);
  return target !== undefined && refsIn(target).some((ref) => ref === goal || reaches(ref, goal, root, seen));
};

const refsIn = (schema: JsonSchema): string[] => {
  const refs: string[] = [];
  const open: unknown[] = [schema];
  while (open.length > 0) {
    const value = open.pop();
    if (Array.isArray(value)) {
      open.push(...value);
    } else if (isPlainObject(value)) {
      if (typeof value.$ref === 'string') {
        refs.push(value.$ref);
      }
      open.push(...Object.values(value));
    }
  }
  return refs;
};

const inspectPattern = (schema: Record<string, unknown>, pointer: string, fail: Fail): void => {
  if (typeof schema.pattern !== 'string') {
    return;
  }
  try {
    compilePattern(schema.pattern);
  } catch (error) {
    if (!(error instanceof PatternError)) {
      throw error;
    }
    fail(`${pointer}/pattern`, `is refused: ${error.message}`);
  }
};

const inspectProperties = (
  schema: Record<string, unknown>,
  root: JsonSchema,
  pointer: string,
  depth: number,
  isBranch: boolean,
  problems: SchemaProblem[],
): void => {
  const properties = isPlainObject(schema.properties) ? schema.properties : {};
  for (const [name, property] of Object.entries(properties)) {
    const at = `${pointer}/properties${pointerStep(name)}`;
    if (!fieldName.test(name) || name in Object.prototype) {
      problems.push({ pointer: at, message: 'must be named with letters, digits and "_", a letter first' });
    }
    inspect(property, root, at, depth + 1, isBranch, problems);
  }
  const required = Array.isArray(schema.required) ? schema.required : [];
  for (const [index, name] of required.entries()) {
    if (
      schema.type === 'object' &&
      schema.additionalProperties === undefined &&
      !Object.hasOwn(properties, `${name}`)
    ) {
      problems.push({ pointer: `${pointer}/required/${index}`, message: `names no field: ${name}` });
    }
  }
};

const collectPersonal = (
  schema: JsonSchema,
  root: JsonSchema,
  pointer: string,
  depth: number,
  paths: Set<string>,
): void => {
  if (schema['x-personal'] === true) {
    paths.add(pointer);
    return;
  }
  if (depth > depthMax * 2) {
    return;
  }
  const below = (next: JsonSchema, step: string): void => {
    collectPersonal(next, root, pointer + step, depth + 1, paths);
  };
  const target = schema.$ref === undefined ? undefined : resolveRef(schema.$ref, root);
  if (target !== undefined) {
    below(target, '');
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    below(property, pointerStep(name));
  }
  if (typeof schema.additionalProperties === 'object') {
    below(schema.additionalProperties, '/*');
  }
  if (schema.items !== undefined) {
    below(schema.items, '/*');
  }
  for (const branch of [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])]) {
    below(branch, '');
  }
};
