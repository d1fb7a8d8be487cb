import { isPlainObject } from './canonical-json.ts';
import { schemaFormats } from './json-schema-format.ts';

const types = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
const isTexts = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.every((one) => typeof one === 'string') &&
  new Set(value).size === value.length;
const anything = (): boolean => true;

/**
 * Each keyword with what its value must be. A keyword that is not here is refused: a typing error in a mark such as
 * `x-personal` would otherwise pass unseen.
 */
export const schemaKeywords: Readonly<Record<string, { must: string; holds: (value: unknown) => boolean }>> =
  {
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
    'x-titles': { must: 'be an object of titles, by value', holds: isPlainObject },
    'x-personal': { must: 'be true or false', holds: (value) => typeof value === 'boolean' },
    'x-restricted': {
      must: 'be a list of roles',
      holds: (value) => isTexts(value) && [value].flat().length > 0,
    },
    'x-person': {
      must: 'be a list of roles',
      holds: (value) => isTexts(value) && [value].flat().length > 0,
    },
    title: { must: 'be a text or {zh, en}', holds: anything },
    description: { must: 'be a text or {zh, en}', holds: anything },
    default: { must: 'be a value', holds: anything },
    examples: { must: 'be a list', holds: Array.isArray },
    $comment: { must: 'be a text', holds: (value) => typeof value === 'string' },
  };
