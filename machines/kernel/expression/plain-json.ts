import { FeelDate, FeelDateTime, FeelDuration, FeelTime } from 'feelin';
import { isPlainObject } from '../canonical-json.ts';
import type { Json } from '../json.ts';
import { ExpressionError } from './error.ts';

/** Most values, and most characters of text, that one expression may yield. */
const valuesMax = 10_000;
const charsMax = 100_000;
const depthMax = 32;

/**
 * An expression's result as plain JSON of its own, so that a step never shares an object with the state before it.
 *
 * @throws `ExpressionError` `EXPRESSION_RESULT` for functions, ranges, infinite numbers and outsized results
 */
export const plainJson = (value: unknown, source: string): Json => {
  let values = 0;
  let chars = 0;
  const refuse = (): never => {
    throw new ExpressionError('EXPRESSION_RESULT', source);
  };
  const text = (one: string): string => {
    chars += one.length;
    return chars > charsMax || !one.isWellFormed() ? refuse() : one;
  };
  const plain = (one: unknown, depth: number): Json => {
    if (++values > valuesMax || depth > depthMax) {
      return refuse();
    }
    if (one === undefined || one === null || typeof one === 'boolean') {
      return one ?? null;
    }
    if (typeof one === 'number') {
      // -0 is 0 in JSON; left alone, it would differ from itself after a round trip.
      return Number.isFinite(one) ? one + 0 : refuse();
    }
    if (typeof one === 'string') {
      return text(one);
    }
    if (Array.isArray(one)) {
      return Array.from(one, (item) => plain(item, depth + 1));
    }
    if (isTemporal(one)) {
      return text(one.toString());
    }
    if (!isPlainObject(one) || Object.hasOwn(one, '__proto__')) {
      return refuse();
    }
    return Object.fromEntries(Object.entries(one).map(([key, item]) => [text(key), plain(item, depth + 1)]));
  };
  return plain(value, 0);
};

const isTemporal = (value: unknown): value is FeelDate | FeelDateTime | FeelDuration | FeelTime =>
  value instanceof FeelDate ||
  value instanceof FeelDateTime ||
  value instanceof FeelDuration ||
  value instanceof FeelTime;
