import type { Value } from './definition.ts';
import { type ExpressionLanguages, type ExpressionScope, evaluate, isExpression } from './expression.ts';
import type { Json, JsonObject } from './json.ts';
import { KernelError } from './kernel-error.ts';

/** Computes a definition's value: expressions are evaluated, objects field by field, the rest stands. */
export const computeValue = (value: Value, scope: ExpressionScope, languages: ExpressionLanguages): Json => {
  if (isExpression(value)) {
    return evaluate(value, scope, languages);
  }
  if (Array.isArray(value)) {
    return value.map((item) => computeValue(item as Value, scope, languages));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, computeValue(item as Value, scope, languages)]),
    );
  }
  return value;
};

const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

/** The object with the value at a dotted path, made where it is missing; the object itself is left alone. */
export const withPath = (object: JsonObject, path: string, value: Json): JsonObject => {
  const [key = '', ...rest] = path.split('.');
  if (forbidden.has(key)) {
    throw new KernelError('PATH_INVALID', 'A data path names a reserved word.');
  }
  if (rest.length === 0) {
    return { ...object, [key]: value };
  }
  const inner = object[key];
  const isObject = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
  return { ...object, [key]: withPath(isObject ? inner : {}, rest.join('.'), value) };
};
