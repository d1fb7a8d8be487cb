import canonicalize from 'canonicalize';

/** Deepest nesting that is hashed; a cycle ends here too. */
const depthMax = 256;

/** A value that has no RFC 8785 form. `pointer` is the JSON pointer of the offending part. */
export class NotCanonicalError extends Error {
  readonly pointer: string;

  constructor(pointer: string, reason: string) {
    super(`No canonical JSON at "${pointer}": ${reason}`);
    this.name = 'NotCanonicalError';
    this.pointer = pointer;
  }
}

/**
 * The RFC 8785 text of a JSON value: keys sorted by UTF-16 code unit, ECMAScript numbers, no white space.
 *
 * The package below drops `undefined` and functions, calls `toJSON` and turns a Map into `{}`, so two different
 * values could get one hash. Here they are refused instead.
 *
 * @throws `NotCanonicalError` for whatever JSON cannot say: `undefined`, holes, NaN, infinities, lone surrogates,
 *   objects other than plain ones, cycles, and nesting beyond 256.
 */
export const canonicalJson = (value: unknown): string => {
  requireJson(value, '', 0);
  const text = canonicalize(value);
  if (text === undefined) {
    throw new NotCanonicalError('', 'nothing to write');
  }
  return text;
};

/**
 * Whether a value is an object made by `{}` or `JSON.parse`, of this realm or another: code in a workflow sandbox
 * and its host have different `Object.prototype`s.
 */
export const isPlainObject = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return false;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
};

/** One step of a JSON pointer (RFC 6901), escaped, with its leading slash. */
export const pointerStep = (key: string | number): string =>
  `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;

const requireJson = (value: unknown, pointer: string, depth: number): void => {
  if (depth > depthMax) {
    throw new NotCanonicalError(pointer, `nested deeper than ${depthMax}, or a cycle`);
  }
  if (value === null || typeof value === 'boolean') {
    return;
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) {
      throw new NotCanonicalError(pointer, `${value} is no JSON number`);
    }
    return;
  }
  if (typeof value === 'string') {
    requireWellFormed(value, pointer);
    return;
  }
  if (Array.isArray(value)) {
    // Not forEach: it would skip holes, which the package writes as null.
    for (let index = 0; index < value.length; index++) {
      requireJson(value[index], pointer + pointerStep(index), depth + 1);
    }
    return;
  }
  if (!isPlainObject(value)) {
    const kind = typeof value === 'object' ? 'an object with a prototype of its own' : typeof value;
    throw new NotCanonicalError(pointer, `${kind} is no JSON value`);
  }
  for (const key of Object.keys(value)) {
    requireWellFormed(key, pointer);
    requireJson(value[key], pointer + pointerStep(key), depth + 1);
  }
};

const requireWellFormed = (text: string, pointer: string): void => {
  if (!text.isWellFormed()) {
    throw new NotCanonicalError(pointer, 'text with a lone surrogate');
  }
};
