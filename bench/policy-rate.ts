import type { Facts } from '../machines/kernel/command.ts';
import { judgeEvent } from '../machines/kernel/policy/judge-act.ts';
import { rightsOf } from '../machines/kernel/policy/rights.ts';
import { currentPolicy } from '../machines/kernel/policy/table.ts';
import { mayUse } from '../machines/kernel/policy.ts';
import type { CaseState } from '../machines/kernel/state.ts';
import { runLifecycle } from './kernel-rate.ts';
import { lifecycleEvents } from './lifecycle.ts';

/** Somebody who stands in for four colleagues: five rights are looked at, and the last one would do. */
const standIn: Facts = {
  actor: {
    id: 'stand-in',
    roles: ['agent'],
    departments: ['dept-1'],
    actsFor: ['finance', 'legal', 'medical', 'lead'].map((role) => ({
      personId: `colleague-${role}`,
      via: 'substitution' as const,
      until: '2027-01-01T00:00:00.000Z',
      roles: [role],
      departments: ['dept-1', 'dept-2'],
      authority: [{ amount: 5_000_000, currency: 'CNY' }],
    })),
  },
};

const verbs = ['case.contribute', 'task.reassign', 'task.remind', 'deadline.extend', 'case.import'];

/** Microseconds of processor time that one decision of the policy takes: verbs and events, of a case half-way. */
export const policyDecisionUs = ({ forMs }: { forMs: number }): number => {
  const state = runLifecycle('policy')[3]?.state as CaseState;
  const start = performance.now();
  const cpuBefore = process.cpuUsage();
  let decisions = 0;
  while (performance.now() - start < forMs) {
    for (const verb of verbs) {
      mayUse(currentPolicy, standIn, verb, state);
    }
    for (const { event } of lifecycleEvents) {
      rightsOf(currentPolicy, standIn).some(
        (right) => judgeEvent(currentPolicy, state, event)(right) === undefined,
      );
    }
    decisions += verbs.length + lifecycleEvents.length;
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  return (user + system) / decisions;
};
