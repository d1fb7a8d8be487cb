import { isPlainObject, pointerStep } from './canonical-json.ts';
import { compilePattern, PatternError } from './expression/pattern.ts';
import { type JsonSchema, resolveRef, type SchemaProblem } from './json-schema.ts';
import { schemaKeywords } from './json-schema-keywords.ts';

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
    const keyword = Object.hasOwn(schemaKeywords, key) ? schemaKeywords[key] : undefined;
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
