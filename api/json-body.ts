import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { isPlainObject, pointerStep } from '../machines/kernel/canonical-json.ts';
import type { Json } from '../machines/kernel/json.ts';
import { isSealed } from '../machines/kernel/json-schema-value.ts';
import type { AppEnv } from './env.ts';
import { Condition, problemResponse } from './problem.ts';

export const jsonBytesMax = 1024 * 1024;
export const depthMax = 64;
const valuesMax = 100_000;

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

const isMultipart = (contentType: string | undefined): boolean =>
  contentType?.toLowerCase().startsWith('multipart/form-data') ?? false;

/** Limits the size of every body but uploads, which have a limit of their own. */
export const limitBody: MiddlewareHandler<AppEnv> = (c, next) =>
  isMultipart(c.req.header('content-type')) ? next() : limit(c, next);

const limit = bodyLimit({
  maxSize: jsonBytesMax,
  onError: (c) => problemResponse(c, 'BODY_TOO_LARGE', `A body may have ${jsonBytesMax} bytes.`),
});

/** Reads a JSON body, if there is one, and refuses what must not get any further. */
export const readJson: MiddlewareHandler<AppEnv> = async (c, next) => {
  const hasBody =
    c.req.method !== 'GET' && c.req.method !== 'HEAD' && !isMultipart(c.req.header('content-type'));
  const text = hasBody ? utf8(await c.req.arrayBuffer()) : '';
  if (text !== '') {
    const contentType = c.req.header('content-type') ?? '';
    if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(contentType)) {
      throw new Condition('MEDIA_TYPE_UNSUPPORTED', 'Send application/json.');
    }
    c.set('body', boundedJson(text));
  }
  await next();
};

// Decoded as lenient as usual, what is no UTF-8 would be kept as other text than was sent. @throws Condition
const utf8 = (bytes: ArrayBuffer): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Condition('BODY_MALFORMED', 'The body is not UTF-8.');
  }
};

/** @throws Condition for text that is no JSON, or JSON that nobody may send. */
const boundedJson = (text: string): Json => {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    // The parser's own message quotes what was sent.
    throw new Condition('BODY_MALFORMED', 'The body cannot be parsed as JSON.');
  }
  requireBounds(value);
  return value;
};

// Without recursion, so that no nesting exhausts the stack.
const requireBounds = (body: Json): void => {
  const open: { value: Json; pointer: string; depth: number }[] = [{ value: body, pointer: '', depth: 1 }];
  let values = 0;
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { value, pointer, depth } = at;
    values += 1;
    if (depth > depthMax) {
      throw new Condition('BODY_TOO_DEEP', `A body nests at most ${depthMax} deep.`);
    }
    if (values > valuesMax) {
      throw new Condition('BODY_TOO_LARGE', `A body holds at most ${valuesMax} values.`);
    }
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) {
        open.push({ value: item, pointer: pointer + pointerStep(index), depth: depth + 1 });
      }
    } else if (isSealed(value)) {
      // It would name somebody else's value in the vault.
      throw invalid(pointer, 'may not be a reference');
    } else if (isPlainObject(value)) {
      for (const key of Object.keys(value)) {
        const to = pointer + pointerStep(key);
        if (forbiddenKeys.has(key) || !key.isWellFormed()) {
          throw invalid(to, 'may not be the name of a field');
        }
        open.push({ value: (value as { [key: string]: Json })[key] ?? null, pointer: to, depth: depth + 1 });
      }
    } else if (
      typeof value === 'number' ? !Number.isFinite(value) : typeof value === 'string' && !value.isWellFormed()
    ) {
      throw invalid(pointer, 'is no value that can be kept exactly');
    }
  }
};

const invalid = (pointer: string, message: string): Condition =>
  new Condition('INPUT_INVALID', 'The body holds what cannot be taken.', {
    errors: [{ pointer: pointer.toWellFormed(), message }],
  });
