import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lint } from '../../machines/definition/lint.ts';
import { literalCell } from '../../machines/definition/literal-cell.ts';
import { runtimePart } from '../../machines/definition/runtime-part.ts';
import type { DefinitionDocument } from '../../machines/definition/schema.ts';
import { cellExpression } from '../../machines/kernel/decision-cell.ts';
import type { DecisionDefinition } from '../../machines/kernel/definition.ts';
import { holds } from '../../machines/kernel/expression.ts';
import { scope } from '../expression/scope.ts';
import { minimalDocument } from './minimal-document.ts';

const feel = (text: string) => ({ '@expr': text, '@lang': 'feel' as const });
type Rule = DecisionDefinition['rules'][number];
const rule = (when: Rule['when'], ...gives: Rule['gives']): Rule => ({ when, gives });

const table = (): DecisionDefinition => ({
  title: { zh: '分派', en: 'Routing' },
  hitPolicy: 'U',
  inputs: [{ expression: feel('data.channel') }, { expression: feel('data.amount') }],
  outputs: [{ name: 'team', schema: { type: 'string', enum: ['fast', 'slow'] } }],
  rules: [
    { ...rule(['"web"', '< 1000'], 'fast'), note: 'Small claims of the web.' },
    rule(['"web"', '>= 1000'], 'slow'),
    rule(['"phone"', '-'], 'slow'),
  ],
});

/** The minimal document with a table that its first state asks, and changes to the table. */
const withTable = (part: Partial<DecisionDefinition> = {}, set = 'routing'): DefinitionDocument => {
  const document = minimalDocument();
  Object.assign(document.data.properties ?? {}, {
    channel: { enum: ['web', 'phone'] },
    amount: { type: 'integer', minimum: 0 },
    urgent: { type: 'boolean' },
    happenedOn: { type: 'string', format: 'date' },
    lines: { type: 'array', items: { type: 'object', properties: { kind: { type: 'string' } } } },
    routing: {
      type: 'object',
      properties: { result: { type: 'string' }, rules: { type: 'array', items: { type: 'integer' } } },
    },
  });
  Object.assign(document.machine.states?.received ?? {}, {
    entry: [{ type: 'decide', decision: 'routing', set }],
  });
  return { ...document, decisions: { routing: { ...table(), ...part } } } as DefinitionDocument;
};
const found = (document: unknown) => lint(document).filter(({ pointer }) => /decisions|entry/.test(pointer));
const rules = (...given: Rule[]) => withTable({ rules: given, default: ['fast'] });
const one = (...when: Rule['when']) => rules(rule(when, 'fast'));

const refused: [what: string, document: unknown, code: string, pointer: string][] = [
  ['a cell too few', one('"web"'), 'DECISION_CELL_COUNT', '/rules/0/when'],
  ['an output too many', rules(rule(['-', '-'], 'fast', 'slow')), 'DECISION_CELL_COUNT', '/rules/0/gives'],
  ['a default too short', withTable({ default: [] }), 'DECISION_CELL_COUNT', '/default'],
  ['a cell that does not parse', one('"web"', '< '), 'DECISION_CELL_INVALID', '/rules/0/when/1'],
  [
    'a cell that closes what it did not open',
    one('"web") or (true', '-'),
    'DECISION_CELL_INVALID',
    '/rules/0/when/0',
  ],
  [
    'the input within a filter',
    one('-', 'count(data.lines[kind = ?]) > 1'),
    'DECISION_CELL_INVALID',
    '/rules/0/when/1',
  ],
  [
    'a cell that names what is not there',
    one('-', '> data.limit'),
    'EXPRESSION_PATH_UNKNOWN',
    '/rules/0/when/1',
  ],
  [
    'a cell that reads a personal field',
    one('data.name', '-'),
    'EXPRESSION_PERSONAL_FIELD',
    '/rules/0/when/0',
  ],
  [
    'a cell that would run for long',
    one('-', 'some x in 1..9 satisfies x = ?'),
    'EXPRESSION_LOOP_RANGE',
    '/rules/0/when/1',
  ],
  [
    'a cell that compares with a condition',
    one('"web" and true', '-'),
    'DECISION_CELL_TRUTH',
    '/rules/0/when/0',
  ],
  ['a value the input never has', one('"fax"', '-'), 'DECISION_CELL_NEVER', '/rules/0/when/0'],
  ['a number below what it may be', one('-', '< 0'), 'DECISION_CELL_NEVER', '/rules/0/when/1'],
  ['a text where a number is', one('-', '"many"'), 'DECISION_CELL_NEVER', '/rules/0/when/1'],
  [
    'a date compared with its text',
    withTable({
      inputs: [{ expression: feel('data.happenedOn') }],
      rules: [rule(['? < date("2026-01-01")'], 'fast')],
    }),
    'EXPRESSION_DATE_AS_TEXT',
    '/rules/0/when/0',
  ],
  [
    'a date below one, which is text too',
    withTable({
      inputs: [{ expression: feel('data.happenedOn') }],
      rules: [rule(['< date("2026-01-01")'], 'fast')],
    }),
    'EXPRESSION_DATE_AS_TEXT',
    '/rules/0/when/0',
  ],
  [
    'an input that is not there',
    withTable({ inputs: [{ expression: feel('data.nothing') }] }),
    'EXPRESSION_PATH_UNKNOWN',
    '/inputs/0/expression',
  ],
  [
    'an input that is personal',
    withTable({ inputs: [{ expression: feel('data.name') }] }),
    'EXPRESSION_PERSONAL_FIELD',
    '/inputs/0/expression',
  ],
  [
    'an input of the event',
    withTable({ inputs: [{ expression: feel('event.answer') }] }),
    'EXPRESSION_NAME_UNKNOWN',
    '/inputs/0/expression',
  ],
  [
    'an output that is none',
    rules(rule(['-', '-'], 'sometimes')),
    'DECISION_OUTPUT_INVALID',
    '/rules/0/gives/0',
  ],
  ['a default that is none', withTable({ default: [3] }), 'DECISION_OUTPUT_INVALID', '/default/0'],
  [
    'an output that carries a personal value',
    rules(rule(['-', '-'], feel('data.name'))),
    'EXPRESSION_PERSONAL_FIELD',
    '/rules/0/gives/0',
  ],
  [
    'a personal output',
    withTable({ outputs: [{ name: 'team', schema: { type: 'string', 'x-personal': true } }] }),
    'DECISION_PERSONAL',
    '/outputs/0/schema',
  ],
  [
    'an output schema with an unknown keyword',
    withTable({ outputs: [{ name: 'team', schema: { type: 'string', colour: 'red' } }] }),
    'SCHEMA_INVALID',
    '/outputs/0/schema/colour',
  ],
  [
    'an output twice',
    withTable({
      outputs: ['a', 'a'].map((name) => ({ name, schema: { type: 'string' } })),
      rules: [rule(['-', '-'], 'x', 'y')],
    }),
    'DECISION_OUTPUT_DUPLICATE',
    '/outputs/1/name',
  ],
  [
    'a priority table without an order',
    withTable({ hitPolicy: 'P' }),
    'DECISION_WITHOUT_PRIORITY',
    '/outputs',
  ],
  [
    'an output outside of the order',
    withTable({
      hitPolicy: 'P',
      outputs: [{ name: 'team', schema: { type: 'string' }, priority: ['fast'] }],
    }),
    'DECISION_OUTPUT_UNRANKED',
    '/rules/1/gives/0',
  ],
  [
    'rules that overlap in a value and a range',
    withTable({ rules: [...table().rules, rule(['not("phone")', '[500..600]'], 'slow')] }),
    'DECISION_OVERLAP',
    '/rules/3',
  ],
  [
    'rules that overlap by a catch-all',
    rules(rule(['-', '-'], 'fast'), rule(['"web"', '5'], 'slow')),
    'DECISION_OVERLAP',
    '/rules/1',
  ],
  [
    'a rule after a catch-all',
    withTable({
      hitPolicy: 'F',
      rules: [rule(['-', null], 'fast'), rule(['"web"', '> data.amount'], 'slow')],
    }),
    'DECISION_RULE_UNREACHABLE',
    '/rules/1',
  ],
  [
    'a rule after a wider one',
    withTable({
      hitPolicy: 'F',
      rules: [rule(['"web","phone"', '>= 5'], 'fast'), rule(['"web"', '[6..9)'], 'slow')],
    }),
    'DECISION_RULE_UNREACHABLE',
    '/rules/1',
  ],
  [
    'more cells than are looked at',
    {
      ...withTable(),
      decisions: Object.fromEntries(
        Array.from({ length: 20 }, (_, n) => [
          `t${n}`,
          { ...table(), rules: Array.from({ length: 60 }, () => rule(['-', '-'], 'fast')) },
        ]),
      ),
    },
    'DECISIONS_TOO_LARGE',
    '',
  ],
];

describe('lint of decision tables', () => {
  it('finds nothing wrong with a whole one', () => {
    expect(found(withTable())).toEqual([]);
  });

  it.each(refused)('refuses %s', (_, document, code, below) => {
    const findings = found(document);
    const pointer = code === 'DECISIONS_TOO_LARGE' ? '/decisions' : `/decisions/routing${below}`;
    expect(findings).toContainEqual(expect.objectContaining({ code, pointer, severity: 'error' }));
    for (const finding of findings) {
      expect(finding.message).toMatch(/\.$/);
      expect(finding.fix).toMatch(/\.$/);
    }
  });

  const action = '/machine/states/received/entry/0';
  it('refuses a table that is not there, and a place without room', () => {
    const unknown = withTable();
    expect(found({ ...unknown, decisions: {} })).toContainEqual(
      expect.objectContaining({ code: 'DECISION_UNKNOWN', pointer: `${action}/decision` }),
    );
    expect(found(withTable({}, 'nowhere'))).toContainEqual(
      expect.objectContaining({ code: 'ASSIGN_UNKNOWN', pointer: `${action}/set` }),
    );
    for (const place of ['amount', 'name']) {
      expect(found(withTable({}, place))).toContainEqual(
        expect.objectContaining({ code: 'DECISION_TARGET', pointer: `${action}/set`, severity: 'error' }),
      );
    }
  });

  it('refuses a result that the data has no such room for', () => {
    const misfit = { code: 'DECISION_RESULT_MISFIT', pointer: '/decisions/routing/rules/0/gives' };
    const outputs = [{ name: 'days', schema: { type: 'integer' } }];
    const days = withTable({ outputs, rules: [rule(['-', '-'], 3)] });
    expect(found(days)).toEqual([expect.objectContaining(misfit)]);
    const otherwise = withTable({ outputs, rules: [rule(['-', '-'], feel('1 + 2'))], default: [3] });
    expect(found(otherwise)).toEqual([
      expect.objectContaining({ ...misfit, pointer: '/decisions/routing/default' }),
    ]);
    expect(found(withTable({ hitPolicy: 'C' }))).toContainEqual(expect.objectContaining(misfit));
  });

  const warned = (document: unknown) =>
    found(document).map(({ code, message, severity }) => `${severity} ${code} ${message}`);

  it('warns of values that no rule takes, unless there is a default', () => {
    const gap = [rule(['"web"', '< 1000'], 'fast'), rule(['"phone"', '-'], 'slow')];
    expect(warned(withTable({ rules: gap }))).toEqual([
      'warning DECISION_GAP No rule takes "web", 1000: the result would be null.',
    ]);
    expect(warned(withTable({ rules: gap, default: ['slow'] }))).toEqual([]);
    const inputs = [{ expression: feel('data.urgent') }];
    expect(warned(withTable({ inputs, rules: [rule(['true'], 'fast')] }))).toEqual([
      'warning DECISION_GAP No rule takes false: the result would be null.',
    ]);
  });

  it('says nothing of what cannot be told', () => {
    const computed = [rule(['"web"', '> data.amount'], 'fast'), rule(['"web"', '< data.amount'], 'slow')];
    expect(warned(withTable({ rules: computed }))).toEqual([]);
    const inputs = [{ expression: feel('data.lines.kind') }];
    expect(warned(withTable({ inputs, rules: [rule(['["a"]'], 'fast')] }))).toEqual([]);
  });

  it('only warns where two inputs are one field', () => {
    const inputs = [{ expression: feel('data.amount') }, { expression: feel('data.amount') }];
    expect(
      warned(withTable({ inputs, rules: [rule(['< 5', '-'], 'fast'), rule(['-', '> 5'], 'slow')] })),
    ).toEqual(['warning DECISION_OVERLAP Rules 1 and 2 both apply to some values, and only one may.']);
  });

  it('only warns where rules overlap in values that a computation may never have', () => {
    const inputs = [{ expression: feel('count(data.lines)') }];
    const halves = [rule(['[1..2)'], 'fast'), rule(['(1..3]'], 'slow')];
    expect(warned(withTable({ inputs, rules: halves }))).toEqual([
      'warning DECISION_OVERLAP Rules 1 and 2 both apply to some values, and only one may.',
    ]);
  });

  it('tells whole numbers from others', () => {
    const touching = [
      rule(['-', '[0..2)'], 'fast'),
      rule(['-', '(1..3]'], 'slow'),
      rule(['-', '> 3'], 'slow'),
    ];
    expect(warned(withTable({ rules: touching }))).toEqual([]);
  });

  it('warns of a table that nothing asks, and of an order without meaning', () => {
    const idle = withTable();
    Object.assign(idle.machine.states?.received ?? {}, { entry: [] });
    expect(warned(idle)).toEqual([
      'warning DECISION_UNUSED Nothing in the machine asks the decision "routing".',
    ]);
    const outputs = [{ name: 'team', schema: { type: 'string' }, priority: ['fast'] }];
    expect(warned(withTable({ outputs }))).toEqual([
      'warning DECISION_PRIORITY_UNUSED An order of values means nothing under "U".',
    ]);
  });

  it('travels with a case without titles and notes', () => {
    const part = JSON.stringify(runtimePart(withTable()).decisions);
    expect(part).not.toContain('title');
    expect(part).not.toContain('note');
    expect(part).toContain('< 1000');
  });
});

describe('a cell of literals', () => {
  const scalars = [null, true, false, -1, 0, 1, 1.5, 2, 5, '', 'a', 'b', '5'];
  const number = fc.constantFrom('-1', '0', '1', '1.5', '2', '5');
  const test = fc.oneof(
    number,
    fc.constantFrom('"a"', '"b"', '""', 'true', 'false', 'null'),
    fc.tuple(fc.constantFrom('<', '<=', '>', '>='), number).map((parts) => parts.join(' ')),
    fc
      .tuple(fc.constantFrom('[', '(', ']'), number, number, fc.constantFrom(']', ')', '['))
      .map(([open, low, high, close]) => `${open}${low}..${high}${close}`),
  );
  const cell = fc
    .tuple(fc.boolean(), fc.array(test, { minLength: 1, maxLength: 3 }))
    .map(([negated, tests]) => (negated ? `not(${tests.join(', ')})` : tests.join(', ')));

  it('is told by lint as the interpreter tells it', () => {
    fc.assert(
      fc.property(cell, (text) => {
        const told = literalCell(text);
        const expression = cellExpression(text);
        expect(told).toBeDefined();
        const ran = scalars.map((item) => expression && holds(expression, { ...scope, item }));
        expect(scalars.map((value) => told?.passes(value))).toEqual(ran);
      }),
      { numRuns: 300 },
    );
  });
});
