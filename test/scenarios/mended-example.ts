import type { ScenarioInput } from '../../machines/analysis/run-scenario.ts';
import type { Scenario, ScenarioStep } from '../../machines/definition/schema-scenario.ts';
import { shippedCalendars } from '../../machines/library/index.ts';
import { minimalDocument } from '../definition/minimal-document.ts';

/** An example of the minimal document, opened on a Monday at nine. */
export const exampleScenario = (steps: ScenarioStep[], change: Partial<Scenario> = {}): Scenario => ({
  name: { zh: '例', en: 'Example' },
  opening: { as: 'handler', data: { topic: 'cover', name: 'Wang' }, receivedAt: '2026-01-05T09:00' },
  steps,
  ...change,
});

export const exampleReply: ScenarioStep = {
  at: '2026-01-05T10:00',
  as: 'handler2',
  send: { type: 'reply', data: { answer: 'yes', name: 'Wang' } },
};

/** A letter that is answered an hour later, by a failure; the incident is mended, the case closed and opened again. */
export const mendedExample = (): ScenarioInput => ({
  document: minimalDocument(),
  calendars: shippedCalendars,
  scenario: exampleScenario(
    [
      { ...exampleReply, as: 'auditor', refused: 'ROLE_REQUIRED', expect: [] },
      { ...exampleReply, in: 'sending' },
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
  ),
});
