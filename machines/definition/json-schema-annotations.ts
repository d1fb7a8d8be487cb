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
const annotations = new Set(['title', 'x-titles', 'description', '$comment', 'examples', 'default']);

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

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
