import { isPlainObject, pointerStep } from '../kernel/canonical-json.ts';
import { type Finding, failing } from './finding.ts';
import { limits } from './schema-parts.ts';

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * What keeps a value from being looked at at all: it is no JSON, too deep, too large, or names a key that would
 * reach an object's prototype. Walks without recursion and stops at the first finding.
 */
export const boundsFinding = (value: unknown): Finding | undefined => {
  const open: { value: unknown; pointer: string; depth: number }[] = [{ value, pointer: '', depth: 0 }];
  let values = 0;
  let characters = 0;
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { value: item, pointer, depth } = at;
    values += 1;
    characters += typeof item === 'string' ? item.length : 1;
    if (depth > limits.depthMax) {
      return failing(pointer, 'TOO_DEEP', `Nested deeper than ${limits.depthMax}.`, 'Flatten it.');
    }
    if (values > limits.valuesMax || characters > limits.documentBytesMax) {
      const message = `The document has more than ${limits.valuesMax} values or ${limits.documentBytesMax} characters.`;
      return failing('', 'TOO_LARGE', message, 'Split the definition.');
    }
    if (Array.isArray(item)) {
      for (let index = 0; index < item.length && index <= limits.valuesMax; index++) {
        open.push({ value: item[index], pointer: pointer + pointerStep(index), depth: depth + 1 });
      }
    } else if (isPlainObject(item)) {
      for (const key of Object.keys(item)) {
        characters += key.length;
        if (forbiddenKeys.has(key)) {
          const message = `"${key}" may not be a name.`;
          return failing(pointer + pointerStep(key), 'KEY_FORBIDDEN', message, 'Choose another name.');
        }
        open.push({ value: item[key], pointer: pointer + pointerStep(key), depth: depth + 1 });
      }
    } else if (!isScalar(item)) {
      return failing(pointer, 'NOT_JSON', 'This is no JSON value.', 'Write plain JSON.');
    }
  }
  return undefined;
};

const isScalar = (value: unknown): boolean =>
  value === null ||
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value)) ||
  (typeof value === 'string' && value.isWellFormed());
