import fc from 'fast-check';
import { expect, it } from 'vitest';
import { applyAct } from '../../machines/kernel/approval/act.ts';
import { type Approval, openSeats } from '../../machines/kernel/approval/approval.ts';
import { isFault } from '../../machines/kernel/approval/eligible.ts';
import { isLive } from '../../machines/kernel/deadlines.ts';
import { isRefusal } from '../../machines/kernel/refusal.ts';
import { startRun } from '../../machines/kernel/run.ts';
import { seatClockName } from '../../machines/kernel/seat-clocks.ts';
import { putApproval } from '../../machines/kernel/signing.ts';
import type { CaseState } from '../../machines/kernel/state.ts';
import { wake } from '../../machines/kernel/step.ts';
import { compiledOf, drive, feel } from '../kernel/case-driver.ts';
import { actOf, approval as anyApproval, draw, instant } from './random-decision.ts';

// Guarantee: whatever the plan and whatever people try, the own time of a seat runs while that seat is open and no longer, is
// met by its decision alone, and leaves the decision as it would be without.

const definition = {
  signing: {
    deciding: {
      ...{ plan: feel('data.plan'), subjectHash: feel('data.hash'), amount: feel('data.amount') },
      ...{ proposer: feel('data.proposer'), barred: feel('data.barred'), seatClock: 'step' },
    },
  },
  deadlines: {
    step: {
      source: { kind: 'company promise' as const, rule: 'Seats are decided in time' },
      ...{ starts: [{ event: 'approval.step-opened' }], stops: [{ event: 'approval.step-ended' }] },
      ...{ limit: 'PT8H', count: 'elapsed' as const, warnAt: [0.75] },
    },
  },
};
const compiled = compiledOf(definition);
const { state: empty } = drive(definition, { at: instant(0) });

/** What is due by then has happened, and then the decision is this. */
const after = (state: CaseState, made: Approval, at: string): CaseState => {
  const woken = wake(compiled, state, at);
  if (isRefusal(woken)) {
    throw new Error(woken.code);
  }
  expect(woken.state.signing).toEqual(state.signing);
  const run = startRun(compiled, woken.state, at, at);
  putApproval(run, 'deciding', made);
  return { ...run.state, seq: run.state.seq + 1 };
};

const checkClocks = ({ deadlines }: CaseState, approval: Approval): void => {
  const open = openSeats(approval).map(({ id }) => id);
  const limited = approval.seats.filter(({ signer }) => signer.limit !== undefined);
  expect(Object.keys(deadlines).length).toBeLessThanOrEqual(limited.length);
  for (const { id, decision } of limited) {
    const clock = deadlines[seatClockName(id)];
    const isRunning = clock !== undefined && isLive(clock) && clock.status !== 'paused';
    // One that is late already does not stand still.
    const mayRun = open.includes(id) || (clock?.status === 'breached' && decision === undefined);
    expect(isRunning ? mayRun : !open.includes(id)).toBe(true);
    if (clock?.status === 'met') {
      expect(decision?.at).toBe(clock.stoppedAt);
    }
  }
};

it('runs while its seat is open', () => {
  const seen = { running: 0, paused: 0, met: 0, breached: 0, cancelled: 0 };
  fc.assert(
    fc.property(anyApproval, fc.array(draw, { maxLength: 60, size: 'max' }), (begun, draws) => {
      let at = begun;
      let state = after(empty, at, instant(0));
      for (const [n, each] of draws.entries()) {
        const made = applyAct(at, actOf(at, each, n), instant(n));
        if (!isFault(made)) {
          at = made;
          state = after(state, at, instant(n));
          expect(state.signing?.approval).toEqual(at);
          checkClocks(state, at);
          for (const { status } of Object.values(state.deadlines)) {
            seen[status] += 1;
          }
        }
      }
    }),
    { numRuns: process.env.CASELOOM_FULL === '1' ? 8_000 : 1_000 },
  );
  // The property says nothing of what never happens.
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(0);
});
