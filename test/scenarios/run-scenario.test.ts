import { describe, expect, it } from 'vitest';
import { runScenario } from '../../machines/analysis/run-scenario.ts';
import type { Scenario, ScenarioStep } from '../../machines/definition/schema-scenario.ts';
import { exampleReply, exampleScenario, mendedExample } from './mended-example.ts';

// Guarantee: a scenario that does not hold is found, with the step and what came instead.

const run = (given: Scenario) => runScenario({ ...mendedExample(), scenario: given });
const messages = async (...given: Parameters<typeof exampleScenario>) =>
  (await run(exampleScenario(...given))).findings.map(({ step, message }) => `${step} ${message}`);

describe('a scenario that holds', () => {
  it('has no findings, runs on the local time of its calendar, and keeps personal values out of its trail', async () => {
    const { trail, findings } = await run(
      exampleScenario([
        { ...exampleReply, in: 'answered', expect: ['reply', 'service.completed 0.sending'] },
      ]),
    );
    expect(findings).toEqual([]);
    expect(trail.map(({ leaf }) => JSON.parse(leaf).at)).toEqual([
      '2026-01-05T01:00:00.000Z',
      '2026-01-05T02:00:00.000Z',
      '2026-01-05T02:00:00.000Z',
    ]);
    expect(JSON.stringify(trail)).not.toContain('Wang');
  });
  it('has each thing that falls due at its own time', async () => {
    const { trail, findings } = await run(
      exampleScenario([
        { at: '2026-01-20T00:00', expect: ['deadline.warned answer', 'deadline.breached answer'] },
      ]),
    );
    expect(findings).toEqual([]);
    const leaves = trail.map(({ leaf }) => JSON.parse(leaf));
    expect(leaves.slice(1).every(({ at, due, data }) => at === due && data.late === undefined)).toBe(true);
  });
  it('may expect refusals, unanswered services, failures and their mending', async () => {
    expect((await runScenario(mendedExample())).findings).toEqual([]);
  });
});

describe('a scenario that does not hold', () => {
  it.each<[string, ScenarioStep, RegExp]>([
    ['another state', { ...exampleReply, in: 'closed' }, /^1 The case is in answered, not in closed\.$/],
    [
      'a refusal that no step expects',
      { ...exampleReply, as: 'auditor' },
      /^1 The command is refused: ROLE_REQUIRED/,
    ],
    [
      'a refusal that does not come',
      { ...exampleReply, refused: 'ROLE_REQUIRED' },
      /^1 The command is accepted/,
    ],
    [
      'another refusal',
      { ...exampleReply, as: 'auditor', refused: 'FOUR_EYES' },
      /^1 The command is refused with ROLE_REQUIRED/,
    ],
    [
      'data that do not match',
      { ...exampleReply, send: { type: 'reply', data: { answer: 3 } } },
      /DATA_INVALID.*\/answer/,
    ],
    [
      'a missing entry',
      { ...exampleReply, expect: ['deadline.met answer'] },
      /without "deadline\.met answer"/,
    ],
    [
      'entries in another order',
      { ...exampleReply, expect: ['service.completed', 'reply'] },
      /without "reply" at its place/,
    ],
    [
      'entries where none should be',
      { ...exampleReply, expect: [] },
      /^1 Recorded is reply; service\.completed 0\.sending, not nothing\.$/,
    ],
    [
      'a message that is dropped',
      { at: '2026-01-05T10:00', send: { message: 'reply', from: 'case-2' } },
      /message\.dropped.*no step expects/,
    ],
    [
      'a task that is not open',
      { at: '2026-01-05T10:00', as: 'handler', send: { task: 'answered', verb: 'claim' } },
      /TASK_UNKNOWN/,
    ],
  ])('%s', async (_, step, finding) => {
    const found = await messages([step]);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(finding);
  });

  it('at its opening', async () => {
    expect(
      await messages([exampleReply], {
        opening: { as: 'auditor', data: { topic: 't' }, receivedAt: '2026-01-05T09:00' },
      }),
    ).toEqual([expect.stringMatching(/^0 The opening is refused: ROLE_REQUIRED/)]);
  });

  it('with an instant that is none', () => {
    expect(() =>
      run(
        exampleScenario([exampleReply], { opening: { as: 'handler', data: {}, receivedAt: '2026-01-05' } }),
      ),
    ).toThrow(RangeError);
  });
});
