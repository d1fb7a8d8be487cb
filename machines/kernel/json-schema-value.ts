import { isPlainObject } from './canonical-json.ts';
import type { SchemaType } from './json-schema.ts';

/** Deepest comparison; what nests deeper is not equal to anything. */
const depthMax = 64;

/** Whether a value is of a kind that JSON has; its parts are not looked at. */
export const isJson = (value: unknown): boolean =>
  value === null ||
  typeof value === 'boolean' ||
  typeof value === 'string' ||
  (typeof value === 'number' && Number.isFinite(value)) ||
  Array.isArray(value) ||
  isPlainObject(value);

/** Whether a value is of one of the types. */
export const hasType = (value: unknown, type: SchemaType | SchemaType[]): boolean =>
  Array.isArray(type) ? type.some((one) => isOfType(value, one)) : isOfType(value, type);

const isOfType = (value: unknown, type: SchemaType): boolean => {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isPlainObject(value);
    case 'integer':
      // Beyond 2^53 a number is no longer the one that was written.
      return Number.isSafeInteger(value);
    default:
      return type === typeof value;
  }
};

/** Whether a value is what stands for a personal one: exactly `{ref, commitment}`. */
export const isSealed = (value: unknown): boolean =>
  isPlainObject(value) &&
  Object.keys(value).length === 2 &&
  typeof value.ref === 'string' &&
  value.ref !== '' &&
  value.ref.length <= 200 &&
  typeof value.commitment === 'string' &&
  /^[0-9a-f]{64}$/.test(value.commitment);

/** Whether two JSON values are equal, whatever the order of their keys. */
export const sameJson = (left: unknown, right: unknown, depth: number): boolean => {
  if (left === right) {
    return true;
  }
  if (depth > depthMax) {
    return false;
  }
  if (Array.isArray(left) && Array.isArray(right)) {
    return (
      left.length === right.length && left.every((item, index) => sameJson(item, right[index], depth + 1))
    );
  }
  if (!isPlainObject(left) || !isPlainObject(right)) {
    return false;
  }
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && sameJson(left[key], right[key], depth + 1))
  );
};
