import { expect, test } from 'vitest';
import { type JsonSchema, type SchemaProblem, validate } from '../../machines/kernel/json-schema.ts';

const problems = (
  schema: JsonSchema,
  value: unknown,
  personal: 'clear' | 'sealed' = 'clear',
): SchemaProblem[] => validate(schema, value, schema, { personal });
const pointers = (schema: JsonSchema, value: unknown, personal: 'clear' | 'sealed' = 'clear') =>
  problems(schema, value, personal).map(({ pointer }) => pointer);

const claim: JsonSchema = {
  $defs: {
    money: { type: 'object', properties: { amount: { type: 'integer', minimum: 0 } }, required: ['amount'] },
  },
  type: 'object',
  required: ['estimate'],
  properties: {
    estimate: { $ref: '#/$defs/money' },
    phone: { type: 'string', 'x-personal': true, pattern: '^\\+?\\d{6,15}$' },
    people: {
      type: 'array',
      maxItems: 2,
      items: { type: 'object', properties: { name: { type: 'string', 'x-personal': true } } },
    },
  },
};
const sealed = { ref: 'v/1', commitment: 'ab'.repeat(32) };

test('a valid value has no problems', () => {
  expect(
    problems(claim, { estimate: { amount: 1 }, phone: '+8613800000000', people: [{ name: '张' }] }),
  ).toEqual([]);
});

test.each<[string, JsonSchema, unknown, string[]]>([
  ['a missing field', claim, {}, ['/estimate']],
  ['an unknown field', claim, { estimate: { amount: 1 }, more: 1 }, ['/more']],
  ['an unknown field below a reference', claim, { estimate: { amount: 1, x: 1 } }, ['/estimate/x']],
  ['a wrong type', claim, { estimate: { amount: '1' } }, ['/estimate/amount']],
  ['a fraction', claim, { estimate: { amount: 1.5 } }, ['/estimate/amount']],
  ['a number past 2^53', claim, { estimate: { amount: 2 ** 53 } }, ['/estimate/amount']],
  ['below the minimum', claim, { estimate: { amount: -1 } }, ['/estimate/amount']],
  ['above the maximum', { type: 'number', maximum: 3 }, 4, ['']],
  ['too many items', claim, { estimate: { amount: 1 }, people: [{}, {}, {}] }, ['/people']],
  ['too few items', { type: 'array', minItems: 1 }, [], ['']],
  ['not in the list', { enum: ['a', { b: 1 }] }, { b: 2 }, ['']],
  ['not the constant', { const: [1, { a: 2 }] }, [1, { a: 3 }], ['']],
  ['too long', { type: 'string', maxLength: 2 }, '😀😀😀', ['']],
  ['too short', { type: 'string', minLength: 2 }, '😀', ['']],
  ['not the pattern', claim, { estimate: { amount: 1 }, phone: 'x' }, ['/phone']],
  ['no real date', { type: 'string', format: 'date' }, '2026-02-29', ['']],
  ['no offset', { type: 'string', format: 'date-time' }, '2026-01-01T00:00:00', ['']],
  ['no mail address', { type: 'string', format: 'email' }, 'a@b', ['']],
  ['none of the alternatives', { anyOf: [{ type: 'string' }, { type: 'null' }] }, 1, ['']],
  ['two of the alternatives', { oneOf: [{ type: 'number' }, { type: 'integer' }] }, 1, ['']],
  ['another type than those listed', { type: ['string', 'null'] }, 1, ['']],
  ['half a character', { type: 'string' }, '\ud800', ['']],
  ['a missing rule', { $ref: '#/$defs/none' }, 1, ['']],
  ['not JSON', {}, undefined, ['']],
  ['a Map', { type: 'object' }, new Map(), ['']],
  ['a Date', {}, new Date(0), ['']],
])('%s', (_name, schema, value, expected) => {
  expect(pointers(schema, value)).toEqual(expected);
});

test.each<[string, JsonSchema, unknown]>([
  ['the constant, keys in another order', { const: { a: 1, b: 2 } }, { b: 2, a: 1 }],
  ['two characters of two code units each', { type: 'string', maxLength: 2, minLength: 2 }, '😀😀'],
  ['a leap day', { type: 'string', format: 'date' }, '2028-02-29'],
  ['an instant', { type: 'string', format: 'date-time' }, '2026-01-01T00:00:00.123+08:00'],
  ['a mail address', { type: 'string', format: 'email' }, 'li.wei+claims@mail.example.cn'],
  ['a map', { type: 'object', additionalProperties: { type: 'integer' } }, { a: 1, b: 2 }],
  ['an open object', { type: 'object', additionalProperties: true }, { a: { b: [1] } }],
  ['null where it is allowed', { type: ['string', 'null'] }, null],
  [
    'alternatives that only add to their parent',
    {
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'string' } },
      anyOf: [{ required: ['a'] }, { required: ['b'] }],
    },
    { b: 'x' },
  ],
])('%s is valid', (_name, schema, value) => {
  expect(problems(schema, value)).toEqual([]);
});

// Guarantee: past the edge, a personal value is there only as {ref, commitment}, and nothing can hide beside it.
test('sealed mode takes exactly {ref, commitment}', () => {
  const estimate = { amount: 1 };
  expect(problems(claim, { estimate, phone: sealed, people: [{ name: sealed }] }, 'sealed')).toEqual([]);
  expect(problems(claim, { estimate }, 'sealed')).toEqual([]);
  for (const phone of [
    '13800000000',
    null,
    { ...sealed, value: '138' },
    { ref: 'v/1' },
    { ...sealed, commitment: 'AB'.repeat(32) },
    { ...sealed, ref: '' },
  ]) {
    expect(pointers(claim, { estimate, phone }, 'sealed')).toEqual(['/phone']);
  }
  expect(pointers(claim, { estimate, phone: sealed })).toEqual(['/phone']);
});

test('a personal mark beside a reference counts', () => {
  const schema: JsonSchema = {
    $defs: { address: { type: 'object', properties: { street: { type: 'string' } } } },
    type: 'object',
    properties: { home: { $ref: '#/$defs/address', 'x-personal': true } },
  };
  expect(pointers(schema, { home: { street: 'x' } }, 'sealed')).toEqual(['/home']);
  expect(problems(schema, { home: sealed }, 'sealed')).toEqual([]);
});

// Guarantee: hostile input gets an answer, soon, and never an exception.
test('__proto__ is never a field', () => {
  const value: unknown = JSON.parse('{"__proto__": {"admin": true}}');
  expect(pointers({ type: 'object', additionalProperties: true }, value)).toEqual(['/__proto__']);
  expect(pointers({ type: 'object', properties: {} }, JSON.parse('{"constructor": 1}'))).toEqual([
    '/constructor',
  ]);
  expect(pointers({ type: 'object', required: ['toString'] }, {})).toEqual(['/toString']);
});

test('depth ten thousand', () => {
  const deep: unknown = JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`);
  expect(problems({ type: 'array' }, deep).map(({ message }) => message)).toEqual(['nests deeper than 64']);
  const loop: JsonSchema = { $defs: { a: { $ref: '#/$defs/a' } }, $ref: '#/$defs/a' };
  expect(problems(loop, 1).map(({ message }) => message)).toEqual(['nests deeper than 64']);
});

test('a million items, and a million fields', () => {
  expect(
    pointers(
      { type: 'array' },
      Array.from({ length: 1_000_000 }, () => 1),
    ),
  ).toEqual(['']);
  const wide = Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`k${index}`, 1]));
  expect(problems({ type: 'object' }, wide)).toHaveLength(100);
  const messages = problems({ type: 'object', additionalProperties: true }, wide).map(
    ({ message }) => message,
  );
  expect(messages).toEqual(['is too large to check']);
});

test('alternatives within alternatives stop at a bound', () => {
  const either: JsonSchema = {
    anyOf: [{ $ref: '#/$defs/node' }, { $ref: '#/$defs/node' }, { type: 'null' }],
  };
  const node: JsonSchema = { type: 'object', properties: { next: either, end: { type: 'string' } } };
  let value: Record<string, unknown> = { end: 1 };
  for (let depth = 0; depth < 15; depth++) {
    value = { next: value };
  }
  const started = performance.now();
  expect(validate(node, value, { $defs: { node } }, { personal: 'clear' }).length).toBeGreaterThan(0);
  expect(performance.now() - started).toBeLessThan(5_000);
});

test('messages do not repeat the value', () => {
  const text = JSON.stringify(problems(claim, { estimate: { amount: 'geheim' }, phone: 'geheim' }));
  expect(text).not.toContain('geheim');
});
