import { describe, expect, it } from 'vitest';
import { runScenario } from '../../machines/analysis/run-scenario.ts';
import type { Scenario, ScenarioStep } from '../../machines/definition/schema-scenario.ts';
import { shippedCalendars } from '../../machines/library/index.ts';
import { minimalDocument } from '../definition/minimal-document.ts';

// Guarantee: a scenario that does not hold is found, with the step and what came instead.

const scenario = (steps: ScenarioStep[], change: Partial<Scenario> = {}): Scenario => ({
  name: { zh: '例', en: 'Example' },
  opening: { as: 'handler', data: { topic: 'cover', name: 'Wang' }, receivedAt: '2026-01-05T09:00' },
  steps,
  ...change,
});
const run = (given: Scenario) =>
  runScenario({ document: minimalDocument(), scenario: given, calendars: shippedCalendars });
const reply: ScenarioStep = {
  at: '2026-01-05T10:00',
  as: 'handler2',
  send: { type: 'reply', data: { answer: 'yes', name: 'Wang' } },
};
const messages = async (...given: Parameters<typeof scenario>) =>
  (await run(scenario(...given))).findings.map(({ step, message }) => `${step} ${message}`);

describe('a scenario that holds', () => {
  it('has no findings, runs on the local time of its calendar, and keeps personal values out of its trail', async () => {
    const { trail, findings } = await run(
      scenario([{ ...reply, in: 'answered', expect: ['reply', 'service.completed 0.sending'] }]),
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
      scenario([{ at: '2026-01-20T00:00', expect: ['deadline.warned answer', 'deadline.breached answer'] }]),
    );
    expect(findings).toEqual([]);
    const leaves = trail.map(({ leaf }) => JSON.parse(leaf));
    expect(leaves.slice(1).every(({ at, due, data }) => at === due && data.late === undefined)).toBe(true);
  });
  it('may expect refusals, unanswered services, failures and their mending', async () => {
    const found = await messages(
      [
        { ...reply, as: 'auditor', refused: 'ROLE_REQUIRED', expect: [] },
        { ...reply, in: 'sending' },
        { at: '2026-01-05T11:00', send: { service: 'letter', fail: 'NO_PAPER' }, in: 'sending' },
        {
          at: '2026-01-05T12:00',
          as: 'admin',
          send: { incident: 1, verb: 'resolve', output: {}, reason: 'sent' },
          in: 'answered',
        },
        {
          at: '2026-01-05T13:00',
          as: 'handler',
          send: { task: 'answered', verb: 'complete', outcome: 'close' },
          in: 'closed',
        },
        {
          at: '2026-01-06T13:00',
          as: 'handler',
          send: { reopen: {}, reason: 'new facts' },
          in: ['received'],
        },
      ],
      { services: { letter: 'unanswered' } },
    );
    expect(found).toEqual([]);
  });
});

describe('a scenario that does not hold', () => {
  it.each<[string, ScenarioStep, RegExp]>([
    ['another state', { ...reply, in: 'closed' }, /^1 The case is in answered, not in closed\.$/],
    [
      'a refusal that no step expects',
      { ...reply, as: 'auditor' },
      /^1 The command is refused: ROLE_REQUIRED/,
    ],
    ['a refusal that does not come', { ...reply, refused: 'ROLE_REQUIRED' }, /^1 The command is accepted/],
    [
      'another refusal',
      { ...reply, as: 'auditor', refused: 'FOUR_EYES' },
      /^1 The command is refused with ROLE_REQUIRED/,
    ],
    [
      'data that do not match',
      { ...reply, send: { type: 'reply', data: { answer: 3 } } },
      /DATA_INVALID.*\/answer/,
    ],
    ['a missing entry', { ...reply, expect: ['deadline.met answer'] }, /without "deadline\.met answer"/],
    [
      'entries in another order',
      { ...reply, expect: ['service.completed', 'reply'] },
      /without "reply" at its place/,
    ],
    [
      'entries where none should be',
      { ...reply, expect: [] },
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
      await messages([reply], {
        opening: { as: 'auditor', data: { topic: 't' }, receivedAt: '2026-01-05T09:00' },
      }),
    ).toEqual([expect.stringMatching(/^0 The opening is refused: ROLE_REQUIRED/)]);
  });

  it('with an instant that is none', () => {
    expect(() =>
      run(scenario([reply], { opening: { as: 'handler', data: {}, receivedAt: '2026-01-05' } })),
    ).toThrow(RangeError);
  });
});
