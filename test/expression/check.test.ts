import { expect, test } from 'vitest';
import { checkExpression, personalCarried, references } from '../../machines/definition/expression-check.ts';
import { expressionNames } from '../../machines/definition/expression-names.ts';
import type { JsonSchema } from '../../machines/kernel/json-schema.ts';
import { feelExpression } from './scope.ts';

const text: JsonSchema = { type: 'string' };
const data: JsonSchema = {
  $defs: {
    money: { type: 'object', properties: { amount: { type: 'integer' }, currency: text } },
    person: { type: 'object', 'x-personal': true, properties: { name: text } },
  },
  type: 'object',
  properties: {
    estimate: { $ref: '#/$defs/money' },
    owner: text,
    dueOn: { type: 'string', format: 'date' },
    payee: { $ref: '#/$defs/person' },
    lines: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          kind: text,
          owner: text,
          amount: { type: 'integer' },
          actor: text,
          phone: { ...text, 'x-personal': true },
        },
      },
    },
    remedy: { oneOf: [{ $ref: '#/$defs/money' }, { type: 'object', properties: { letter: text } }] },
    anything: { type: 'object', additionalProperties: true },
  },
};
const names = expressionNames({
  data,
  events: [
    { type: 'object', properties: { amount: { type: 'integer' } } },
    { type: 'object', properties: { note: text } },
  ],
  facts: { payeeIsInsured: { type: 'boolean' } },
  root: data,
});
const codes = (source: string) => checkExpression(feelExpression(source), names).map(({ code }) => code);

test.each([
  'data.estimate.amount <= 30000000 and actor.id != data.owner',
  '(data.owner in ["a", "b"]) and data.estimate.amount > 10',
  'data.owner in ("a", "b") and data.estimate.amount > 10',
  'data.estimate.amount > 10 and data.owner in ["a", "b"]',
  'data.estimate.amount in [1..1000000]',
  'data.estimate.amount in (< 3, > 5)',
  'data.estimate.amount between 1 and 5',
  'includes([1..10], data.estimate.amount)',
  'data.remedy.letter != null or data.remedy.amount > 1',
  'event.amount > 1 or event.note = "x"',
  'facts.payeeIsInsured and ledger.paid.amount = 0',
  'facts.actor.authority[currency = "CNY"][1].amount >= data.estimate.amount',
  'count(documents.missing) = 0 and links.exposure > 0',
  'data.anything.at.all = 1',
  'some line in data.lines[amount in [1..9]] satisfies line.owner = actor.id',
  'data.lines[kind = "glass"][1].amount > 1',
  'date and time(case.openedAt) + duration("P15D") < now()',
  'date(data.dueOn) < today()',
  'decimal(data.estimate.amount / 3, 2) = 0.33',
  'matches(data.owner, "^[a-z]+(-[a-z]+)*$")',
])('%s passes', (source) => {
  expect(checkExpression(feelExpression(source), names, { use: 'guard' })).toEqual([]);
});

test.each([
  // It is not FEEL.
  ['data.owner =', ['SYNTAX']],
  ['', ['SYNTAX']],
  ['// nothing', ['SYNTAX']],
  ['1) + (2', ['SYNTAX']],
  [`data.owner = "${'a'.repeat(1_000)}"`, ['TOO_LONG']],
  // It names what is not there.
  ['foo > 1', ['NAME_UNKNOWN']],
  ['item.kind = "a"', ['NAME_UNKNOWN']],
  ['data.estimte.amount', ['PATH_UNKNOWN']],
  ['data.estimate.amount.cents', ['PATH_UNKNOWN']],
  ['event.nope', ['PATH_UNKNOWN']],
  ['facts.nope', ['PATH_UNKNOWN']],
  ['ledger.spent.amount', ['PATH_UNKNOWN']],
  ['data.lines[knd = "a"]', ['PATH_UNKNOWN']],
  ['some line in data.lines satisfies line.nope = 1', ['PATH_UNKNOWN']],
  // It reads a person.
  ['data.payee = data.owner', ['PERSONAL_FIELD']],
  ['[data.payee][1]', ['PERSONAL_FIELD']],
  ['if data.payee then 1 else 2', ['PERSONAL_FIELD']],
  ['string(data.payee)', ['PERSONAL_FIELD']],
  ['data.payee.name = "x"', ['PERSONAL_FIELD']],
  ['count(data.lines.phone) > 1', ['PERSONAL_FIELD']],
  ['data.lines[phone = "1"]', ['PERSONAL_FIELD']],
  ['some line in data.lines satisfies line.phone = "1"', ['PERSONAL_FIELD']],
  ['get value(data, "payee")', ['FUNCTION_UNKNOWN']],
  // It could run for long, or grow without bound.
  ['for i in 1..2000000 return i', ['LOOP_RANGE']],
  ['some i in [1..2000000] satisfies i = 0', ['LOOP_RANGE']],
  ['every i in (if true then [1..2000000] else []) satisfies i = 0', ['LOOP_RANGE']],
  ['for i in data.estimate.amount..event.amount return i', ['LOOP_RANGE']],
  ['for a in data.lines, b in data.lines return 1', ['LOOP_NESTED']],
  ['some a in data.lines satisfies some b in data.lines satisfies a.kind = b.kind', ['LOOP_NESTED']],
  ['some a in data.lines satisfies count(data.lines[kind = a.kind]) > 1', ['LOOP_NESTED']],
  ['for a in (for b in data.lines return b.kind + b.kind) return a + a', ['LOOP_NESTED']],
  ['for a in data.lines return partial', ['NAME_RESERVED', 'NAME_UNKNOWN']],
  ['for data in data.lines return data', ['NAME_RESERVED']],
  ['{a: data.owner, b: a + a}', ['KEY_READ', 'NAME_UNKNOWN']],
  ['{"a+b": 1}', ['KEY_NAME']],
  ['function(x) x', ['FUNCTION_DEFINED', 'NAME_UNKNOWN']],
  ['{f: function(f) f(f)}.f', ['FUNCTION_DEFINED', 'NAME_UNKNOWN']],
  ['sort(data.lines, before)', ['FUNCTION_UNKNOWN', 'NAME_UNKNOWN']],
  ['[count][1](data.lines)', ['FUNCTION_UNKNOWN']],
  ['frobnicate(1)', ['FUNCTION_UNKNOWN']],
  // A pattern nobody can check, or that an automaton cannot run.
  ['matches(data.owner, event.note)', ['PATTERN_UNSAFE']],
  ['matches(data.owner, "(a)\\\\1")', ['PATTERN_UNSAFE']],
  ['matches(input: data.owner, pattern: "(?=a)")', ['PATTERN_UNSAFE']],
  ['matches(pattern: "(?=a)", input: data.owner)', ['PATTERN_UNSAFE']],
  ['split(data.owner, "(")', ['PATTERN_UNSAFE']],
  ['replace(data.owner, "a", "b", "x")', ['PATTERN_UNSAFE']],
  // It is silently null or false.
  ['data.owner in ["a", "b"] and data.estimate.amount > 10', ['IN_PRECEDENCE']],
  ['data.owner in ["a"] or true', ['IN_PRECEDENCE']],
  ['data.owner == "a"', ['COMPARE_WITH_TEST']],
  ['data.estimate.amount = > 3', ['COMPARE_WITH_TEST']],
  ['1 < data.estimate.amount < 5', ['COMPARE_CHAIN']],
  ['> 5', ['TEST_ALONE']],
  ['data.lines["kind"]', ['FILTER_TEXT']],
  ['data.lines[owner = actor.id]', ['NAME_HIDDEN']],
  ['case.openedAt < now()', ['DATE_AS_TEXT']],
  ['data.dueOn + duration("P1D")', ['DATE_AS_TEXT']],
  ['date(data.dueOn) < now()', ['DATE_WITH_INSTANT']],
  ['duration("P8W")', ['LITERAL_INVALID']],
  ['date("2026-02-30")', ['LITERAL_INVALID']],
  ['@"2026-13-01"', ['LITERAL_INVALID']],
  ['0.1 + 0.2 = 0.3', ['FRACTION_EQUAL']],
  ['data.estimate.amount / 3 = 5', ['FRACTION_EQUAL']],
  ['now() > date and time("2026-01-01T00:00:00@Europe/Paris")', ['ZONE_NAMED']],
])('%s: %s', (source, expected) => {
  expect([...new Set(codes(source))].sort()).toEqual([...expected].sort());
});

test('a guard must be able to be true', () => {
  const guard = (source: string) =>
    checkExpression(feelExpression(source), names, { use: 'guard' }).map(({ code }) => code);
  expect(guard('data.estimate.amount + 1')).toEqual(['GUARD_NEVER']);
  expect(guard('("yes")')).toEqual(['GUARD_NEVER']);
  expect(guard('facts.payeeIsInsured')).toEqual([]);
});

test('a problem says where, what, and what to write', () => {
  expect(checkExpression(feelExpression('data.estimte > 1'), names)).toEqual([
    {
      code: 'PATH_UNKNOWN',
      message: '"data.estimte" is not there: nothing is called "estimte".',
      fix: 'Known here: estimate, owner, dueOn, payee, lines, remedy, anything.',
      at: { from: 0, to: 12 },
    },
  ]);
});

test('languages other than FEEL are only those passed in', () => {
  const other = { '@expr': 'x', '@lang': 'echo' };
  expect(checkExpression(other, names).map(({ code }) => code)).toEqual(['LANGUAGE_UNKNOWN']);
  const echo = { compile: () => () => ({ value: 1, warnings: [] }) };
  expect(checkExpression(other, names, { use: 'value' }, { echo })).toEqual([]);
});

test.each([
  ['data.estimate.amount > event.amount', ['data.estimate.amount', 'event.amount']],
  ['some x in data.lines satisfies x.owner = actor.id', ['data.lines', 'data.lines.owner', 'actor.id']],
  ['data.lines[kind = "a"].amount', ['data.lines.amount', 'data.lines', 'data.lines.kind']],
  ['count(data.lines[item.kind = "a"])', ['data.lines', 'data.lines.kind']],
  ['if facts.x then data.owner else data.owner', ['facts.x', 'data.owner']],
  ['now()', []],
  ['data.owner =', []],
])('%s reads %s', (source, expected) => {
  expect(references(feelExpression(source))).toEqual(expected);
});

// Guarantee: a personal value may be passed on unseen, for that is its reference, but never looked into.
test('a personal value may be carried, and its presence asked', () => {
  for (const source of [
    'data.payee',
    'if data.payee = null then data.lines.phone else data.payee',
    '{to: (data.payee), amount: data.estimate.amount}',
    'data.payee != null',
  ]) {
    expect(codes(source)).toEqual([]);
  }
  const carried = (source: string) => personalCarried(feelExpression(source), names);
  expect(carried('if data.payee = null then data.owner else data.payee')).toEqual(['data.payee']);
  expect(carried('{to: data.payee}')).toEqual(['data.payee']);
  expect(carried('data.payee != null')).toEqual([]);
  expect(
    checkExpression(feelExpression('data.payee'), names, { use: 'guard' }).map(({ code }) => code),
  ).toEqual(['PERSONAL_FIELD']);
});
