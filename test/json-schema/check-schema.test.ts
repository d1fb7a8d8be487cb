import { expect, test } from 'vitest';
import type { JsonSchema } from '../../machines/kernel/json-schema.ts';
import { checkSchema } from '../../machines/kernel/json-schema-check.ts';
import { personalPaths } from '../../machines/kernel/json-schema-personal.ts';

const pointers = (schema: unknown, root: JsonSchema = schema as JsonSchema) =>
  checkSchema(schema, root).map(({ pointer }) => pointer);

test('a schema within the subset passes', () => {
  const schema: JsonSchema = {
    $defs: { money: { type: 'object', properties: { amount: { type: 'integer' } }, required: ['amount'] } },
    title: { zh: '理赔', en: 'Claim' },
    type: 'object',
    properties: {
      estimate: { $ref: '#/$defs/money', title: 'Estimate' },
      siuNotes: { type: 'string', 'x-restricted': ['siu'], maxLength: 100 },
      phone: { type: 'string', 'x-personal': true, pattern: '^\\d+$' },
      lines: {
        type: 'array',
        items: { type: 'object', additionalProperties: { type: 'number' } },
        maxItems: 5,
      },
      state: { enum: ['a', 'b'], default: 'a' },
    },
    anyOf: [{ required: ['phone'] }, { properties: { state: { const: 'a' } } }],
  };
  expect(checkSchema(schema, schema)).toEqual([]);
});

test.each([
  ['no schema', 3, ['']],
  ['no type', {}, ['']],
  ['an unknown keyword', { type: 'string', allOf: [] }, ['/allOf']],
  ['a mark with a typing error', { type: 'string', 'x-persnal': true }, ['/x-persnal']],
  ['a mark that is no boolean', { type: 'string', 'x-personal': 'yes' }, ['/x-personal']],
  ['an unknown type', { type: 'text' }, ['/type']],
  ['an unknown format', { type: 'string', format: 'uri' }, ['/format']],
  ['a negative length', { type: 'string', minLength: -1 }, ['/minLength']],
  ['a hostile pattern', { type: 'string', pattern: '(a)\\1' }, ['/pattern']],
  ['items as a list', { type: 'array', items: [{}] }, ['/items']],
  ['an empty list of roles', { type: 'string', 'x-restricted': [] }, ['/x-restricted']],
  ['a reference that leads nowhere', { $ref: '#/$defs/none' }, ['/$ref']],
  ['a reference to the outside', { $ref: 'https://example.org/schema' }, ['/$ref']],
  [
    'rules beside a reference',
    { $defs: { a: { type: 'string' } }, $ref: '#/$defs/a', maxLength: 3 },
    ['/maxLength'],
  ],
  [
    'a field FEEL cannot name',
    { type: 'object', properties: { 'a b': { type: 'string' } } },
    ['/properties/a b'],
  ],
  [
    'a field of the prototype',
    { type: 'object', properties: { constructor: { type: 'string' } } },
    ['/properties/constructor'],
  ],
  [
    'a required field that is not there',
    { type: 'object', properties: {}, required: ['a'] },
    ['/required/0'],
  ],
  [
    'a required field twice',
    { type: 'object', properties: { a: { type: 'null' } }, required: ['a', 'a'] },
    ['/required'],
  ],
  ['something wrong below', { type: 'array', items: { oneOf: [{ type: 'x' }] } }, ['/items/oneOf/0/type']],
])('%s', (_name, schema, expected) => {
  expect(pointers(schema)).toEqual(expected);
});

test('a schema that contains itself is refused', () => {
  const root: JsonSchema = {
    $defs: {
      a: { type: 'array', items: { $ref: '#/$defs/b' } },
      b: { type: 'array', items: { $ref: '#/$defs/a' } },
    },
    $ref: '#/$defs/a',
  };
  expect(pointers(root)).toEqual(['/$ref', '/$defs/a/items/$ref', '/$defs/b/items/$ref']);
});

test('too deep', () => {
  let schema: JsonSchema = { type: 'string' };
  for (let depth = 0; depth < 40; depth++) {
    schema = { type: 'array', items: schema };
  }
  expect(checkSchema(schema, schema).map(({ message }) => message)).toEqual(['nests deeper than 32']);
});

test('personal paths are found through references, lists, maps and alternatives', () => {
  const schema: JsonSchema = {
    $defs: { person: { type: 'object', properties: { name: { type: 'string', 'x-personal': true } } } },
    type: 'object',
    properties: {
      payee: { $ref: '#/$defs/person' },
      claimants: { type: 'array', items: { $ref: '#/$defs/person' } },
      phones: { type: 'object', additionalProperties: { type: 'string', 'x-personal': true } },
      contact: { oneOf: [{ type: 'string', 'x-personal': true }, { type: 'null' }] },
      home: { $ref: '#/$defs/person', 'x-personal': true },
      amount: { type: 'integer' },
    },
  };
  expect(personalPaths(schema, schema)).toEqual([
    '/claimants/*/name',
    '/contact',
    '/home',
    '/payee/name',
    '/phones/*',
  ]);
});
