import { describe, expect, it } from 'vitest';
import { compile } from '../../machines/kernel/compile.ts';
import type { DecisionDefinition, RuntimeDefinition } from '../../machines/kernel/definition.ts';
import { ExpressionError } from '../../machines/kernel/expression.ts';
import { always, definitionOf, drive, feel, hour } from './case-driver.ts';

// Guarantee: a decision table decides as DMN says for its hit policy, reads the case and never the event, and leaves in
// the case's data, and so in the entry, what it said and which of its rules said so.

type Rule = DecisionDefinition['rules'][number];
const rule = (when: Rule['when'], ...gives: Rule['gives']): Rule => ({ when, gives });

const text = { type: 'string' };
const table = (part: Partial<DecisionDefinition>): DecisionDefinition => ({
  hitPolicy: 'U',
  inputs: [{ expression: feel('data.amount') }, { expression: feel('data.line') }],
  outputs: [{ name: 'team', schema: text }],
  rules: [
    rule(['< 1000', '-'], 'fast'),
    rule(['[1000..5000)', '"motor", "travel"'], 'motor'),
    rule(['>= 1000', 'not("motor", "travel")'], 'general'),
  ],
  ...part,
});

const definition = (decision: DecisionDefinition): Partial<RuntimeDefinition> => ({
  data: {
    type: 'object',
    properties: { amount: { type: 'integer' }, line: text, limit: { type: 'integer' }, routing: {} },
  },
  events: {
    route: { by: ['handler'], data: { type: 'object', properties: { amount: { type: 'integer' } } } },
  },
  machine: {
    initial: 'received',
    states: {
      received: {
        on: {
          route: {
            target: 'routed',
            actions: [
              {
                type: 'assign',
                set: { amount: feel('if event.amount = null then data.amount else event.amount') },
              },
              { type: 'decide', decision: 'routing', set: 'routing' },
            ],
          },
        },
      },
      routed: {
        always: [
          { guard: feel('data.routing.result = "fast"'), target: 'paying' },
          { guard: feel('list contains(data.routing.rules, 2)'), target: 'assessing' },
        ],
      },
      paying: {},
      assessing: {},
    },
  },
  decisions: { routing: decision },
});

const routed = (decision: DecisionDefinition, data: { [field: string]: number | string }) => {
  const driver = drive(definition(decision), { opening: { data } });
  const came = driver.event('route', 'handler', hour(1));
  return { driver, came, said: driver.state.data.routing };
};

describe('a table', () => {
  it('puts its result and the rule into the data, where guards and the entry find both', () => {
    const { driver, said } = routed(table({}), { amount: 999, line: 'home' });
    expect(said).toEqual({ result: 'fast', rules: [1] });
    expect(driver.states()).toBe('paying');
    expect(driver.leaf(2).after.changed).toEqual({ '/data/routing': { result: 'fast', rules: [1] } });
    const other = routed(table({}), { amount: 1000, line: 'travel' });
    expect(other.said).toEqual({ result: 'motor', rules: [2] });
    expect(other.driver.states()).toBe('assessing');
  });

  it('asked again, shows in the entry what it says otherwise', () => {
    const again = definition(table({}));
    const states = again.machine?.states ?? {};
    const route = states.received?.on?.route as object;
    const driver = drive(
      {
        ...again,
        machine: {
          initial: 'received',
          states: { received: { on: { route: { ...route, target: 'received' } } } },
        },
      },
      { opening: { data: { amount: 1, line: 'home' } } },
    );
    driver.event('route', 'handler', hour(1));
    driver.event('route', 'handler', hour(2), { amount: 2000 });
    expect(driver.leaf(3).after.changed).toEqual({
      '/data/amount': 2000,
      '/data/routing/result': 'general',
      '/data/routing/rules': [3],
    });
  });

  it.each<[string, (string | null)[], { [field: string]: number | string }, boolean]>([
    ['a value', ['5', null], { amount: 5 }, true],
    ['another value', ['5', null], { amount: 6 }, false],
    ['one of several', ['1, 5, > 100', '-'], { amount: 101 }, true],
    ['a limit of the data', ['> data.limit', '-'], { amount: 6, limit: 5 }, true],
    ['a limit that is missing', ['> data.limit', '-'], { amount: 6 }, false],
    ['a test of its own', ['? > 3 and data.limit = 5', '-'], { amount: 6, limit: 5 }, true],
    ['a call', ['-', 'starts with(?, "mo")'], { line: 'motor' }, true],
    ['nothing there', ['null', '-'], {}, true],
    ['something there', ['not(null)', '-'], { amount: 1 }, true],
    ['a missing value in a range', ['[0..9]', '-'], {}, false],
    ['a missing value outside of it', ['not([0..9])', '-'], {}, true],
    ['an open end', [']5..9]', '-'], { amount: 5 }, false],
    ['a closed end', ['(4..5]', '-'], { amount: 5 }, true],
    ['a text in a range of numbers', ['-', '[0..9]'], { line: 'motor' }, false],
    ['a text below a number', ['-', '< 9'], { line: 'motor' }, false],
    ['a comment', ['5 // five', ' - '], { amount: 5 }, true],
  ])('tests a cell for %s', (_, when, data, hits) => {
    const { said } = routed(table({ rules: [rule(when, 'yes')] }), data);
    expect(said).toEqual(hits ? { result: 'yes', rules: [1] } : { result: null, rules: [] });
  });

  it.each<[string, string, boolean]>([
    ['below', '< date("2026-01-05")', true],
    ['not below', '< date("2026-01-04")', false],
    ['within', '[date("2026-01-04")..date("2026-01-05"))', true],
    ['the same', 'date("2026-01-04")', true],
  ])('tests a date that is %s', (_, cell, hits) => {
    const inputs = [{ expression: feel('date(data.line)') }];
    const { said } = routed(table({ inputs, rules: [rule([cell], 'yes')] }), { line: '2026-01-04' });
    expect(said).toEqual(hits ? { result: 'yes', rules: [1] } : { result: null, rules: [] });
  });

  it('reads the case, not the event that leads to it', () => {
    const decision = table({
      inputs: [{ expression: feel('event.amount') }],
      rules: [rule(['null'], 'blind')],
    });
    const driver = drive(definition(decision));
    driver.event('route', 'handler', hour(1), { amount: 3 });
    expect(driver.state.data.routing).toEqual({ result: 'blind', rules: [1] });
  });

  it('computes an output from the case', () => {
    const decision = table({
      outputs: [
        { name: 'share', schema: { type: 'integer' } },
        { name: 'team', schema: text },
      ],
      rules: [rule(['-', '-'], feel('floor(data.amount / 3)'), 'fast')],
    });
    expect(routed(decision, { amount: 10 }).said).toEqual({ result: { share: 3, team: 'fast' }, rules: [1] });
  });

  it('whose output is not what it declares refuses the event', () => {
    const decision = table({ rules: [rule(['-', '-'], feel('data.amount'))] });
    const { driver, came } = routed(decision, { amount: 10 });
    expect(came).toBe('STATE_FAILED');
    expect(driver.refusal?.detail).toBe('The table "routing" made a "team" that is none.');
    expect(driver.state.data).toEqual({ amount: 10 });
  });

  it('that does not parse is refused when the case is compiled', () => {
    const decision = table({ rules: [rule(['5)', '-'], 'x')] });
    const input = { ref: { id: 'example', version: '1.0.0', hash: 'a'.repeat(64) }, calendars: { always } };
    expect(() => compile({ definition: definitionOf(definition(decision)), ...input })).toThrow(
      ExpressionError,
    );
  });

  it('that is not there is refused when the case is compiled', () => {
    const { decisions: _, ...without } = definition(table({}));
    const input = { ref: { id: 'example', version: '1.0.0', hash: 'a'.repeat(64) }, calendars: { always } };
    expect(() => compile({ definition: definitionOf(without), ...input })).toThrow(
      'no decision table "routing"',
    );
  });
});

describe('hit policies', () => {
  const both = [rule(['> 0', '-'], 'low'), rule(['> 10', '-'], 'high'), rule(['> 20', '-'], 'high')];
  const of = (part: Partial<DecisionDefinition>, amount: number) =>
    routed(table({ rules: both, ...part }), { amount });

  it('U: two rules that apply refuse the event, and nothing has changed', () => {
    const { driver, came } = of({}, 11);
    expect(came).toBe('STATE_FAILED');
    expect(driver.refusal?.detail).toBe(
      'The rules 1 and 2 of the table "routing" both apply, and only one may.',
    );
    expect(driver.states()).toBe('received');
    expect(driver.entries).toHaveLength(1);
    expect(of({}, 5).said).toEqual({ result: 'low', rules: [1] });
  });

  it('U: two rules that apply where nobody asked are an incident', () => {
    const late = definition(table({ rules: both }));
    const states = late.machine?.states ?? {};
    const decide = [{ type: 'decide' as const, decision: 'routing', set: 'routing' }];
    const driver = drive(
      {
        ...late,
        machine: {
          initial: 'waiting',
          states: { ...states, waiting: { after: { PT1H: { target: 'routed', actions: decide } } } },
        },
      },
      { opening: { data: { amount: 11 } } },
    );
    expect(driver.wake(hour(2))).toEqual(['incident.raised']);
    expect(driver.state.incidents).toEqual([expect.objectContaining({ code: 'DECISION_NOT_UNIQUE' })]);
    expect(driver.states()).toBe('waiting');
  });

  it('F: the first that applies', () => {
    expect(of({ hitPolicy: 'F' }, 30).said).toEqual({ result: 'low', rules: [1] });
    expect(of({ hitPolicy: 'F', rules: both.toReversed() }, 30).said).toEqual({ result: 'high', rules: [1] });
  });

  it('C: all that apply, in their order', () => {
    expect(of({ hitPolicy: 'C' }, 15).said).toEqual({ result: ['low', 'high'], rules: [1, 2] });
    expect(of({ hitPolicy: 'C' }, 0).said).toEqual({ result: [], rules: [] });
    expect(of({ hitPolicy: 'C', default: ['none'] }, 0).said).toEqual({ result: ['none'], rules: [] });
  });

  it('P: the highest output, of equals the first', () => {
    const outputs = [{ name: 'team', schema: text, priority: ['high', 'low'] }];
    expect(of({ hitPolicy: 'P', outputs }, 30).said).toEqual({ result: 'high', rules: [2] });
    expect(of({ hitPolicy: 'P', outputs }, 5).said).toEqual({ result: 'low', rules: [1] });
  });

  it('P: the second output decides between equals of the first', () => {
    const outputs = [
      { name: 'team', schema: text, priority: ['a', 'b'] },
      { name: 'days', schema: { type: 'integer' }, priority: [3, 5] },
    ];
    const rules = [rule(['-', '-'], 'b', 3), rule(['-', '-'], 'a', 5), rule(['-', '-'], 'a', 3)];
    expect(of({ hitPolicy: 'P', outputs, rules }, 1).said).toEqual({
      result: { team: 'a', days: 3 },
      rules: [3],
    });
  });

  it('none that applies gives the default, and says that no rule did', () => {
    expect(of({}, 0).said).toEqual({ result: null, rules: [] });
    expect(of({ default: ['desk'] }, 0).said).toEqual({ result: 'desk', rules: [] });
  });
});
