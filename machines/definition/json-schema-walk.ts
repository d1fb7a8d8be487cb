import type { Json, JsonObject } from '../kernel/json.ts';

const schemaKeywords = [
  'items',
  'contains',
  'additionalProperties',
  'propertyNames',
  'not',
  'if',
  'then',
  'else',
];
const listKeywords = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const mapKeywords = ['properties', '$defs', 'patternProperties', 'dependentSchemas'];

/** Members of a JSON Schema that say something to people and nothing to a validator. */
const annotations = new Set(['title', 'description', '$comment', 'examples', 'default']);

/** A JSON Schema without what only people read. Members of `properties` keep their names, whatever they are. */
export const withoutAnnotations = (schema: JsonObject): JsonObject => {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(schema)) {
    if (annotations.has(key)) {
      continue;
    }
    if (schemaKeywords.includes(key)) {
      result[key] = inner(value);
    } else if (listKeywords.includes(key) && Array.isArray(value)) {
      result[key] = value.map(inner);
    } else if (mapKeywords.includes(key) && isObject(value)) {
      result[key] = Object.fromEntries(Object.entries(value).map(([name, item]) => [name, inner(item)]));
    } else {
      result[key] = value;
    }
  }
  return result;
};

const inner = (value: Json): Json => (isObject(value) ? withoutAnnotations(value) : value);

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The schema that a `#/$defs/…` reference leads to, or the schema itself; at most eight references on. */
export const resolveSchema = (schema: JsonObject, defs: { [name: string]: JsonObject }): JsonObject => {
  let current = schema;
  for (let hops = 0; hops < 8 && typeof current.$ref === 'string'; hops++) {
    const name = current.$ref.replace(/^#\/\$defs\//, '');
    const next = Object.hasOwn(defs, name) ? defs[name] : undefined;
    if (next === undefined) {
      return {};
    }
    current = next;
  }
  return current;
};

/**
 * Whether data that fits the schema may have something at the path. A schema that says nothing of its members
 * knows none: paths below it are unknown.
 */
export const schemaHasPath = (
  schema: JsonObject,
  path: readonly string[],
  defs: { [name: string]: JsonObject },
): boolean => {
  const at = resolveSchema(schema, defs);
  const [key, ...rest] = path;
  if (key === undefined) {
    return true;
  }
  const { properties, items, additionalProperties } = at;
  if (isObject(properties) && Object.hasOwn(properties, key)) {
    const next = properties[key];
    return isObject(next) ? schemaHasPath(next, rest, defs) : next === true;
  }
  // FEEL reads a member of every item of a list by the list's own path.
  if (isObject(items)) {
    return schemaHasPath(items, path, defs);
  }
  if (isObject(additionalProperties)) {
    return schemaHasPath(additionalProperties, rest, defs);
  }
  const branches = [at.allOf, at.anyOf, at.oneOf].flatMap((list) => (Array.isArray(list) ? list : []));
  return (
    additionalProperties === true ||
    branches.some((branch) => isObject(branch) && schemaHasPath(branch, path, defs))
  );
};
