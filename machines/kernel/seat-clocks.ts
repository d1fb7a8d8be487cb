import { type Approval, isOpen, type Seat } from './approval/approval.ts';
import type { ApprovalPlan, Signer } from './approval/plan.ts';
import { clockLength } from './clock-profile.ts';
import { clockRuleProblem } from './clock-rule.ts';
import {
  cancelDeadline,
  isLive,
  pauseDeadline,
  resumeDeadline,
  startClock,
  stopDeadline,
} from './deadlines.ts';
import type { DeadlineDefinition } from './definition.ts';
import { KernelError } from './kernel-error.ts';
import { own } from './own.ts';
import type { Run } from './run.ts';

/** The name under which a seat's own time runs; no definition's deadline is called so. */
export const seatClockName = (seatId: string): string => `@seat.${seatId}`;

/** Why a seat's time stands still: its holder has asked another to sign first. */
const askedAnother = 'added-signer';

/**
 * Brings the time of each seat that has a limit of its own to where the decision stands: it runs from the moment the seat
 * opens, stands still while the seat waits for a signer who was asked in between, is met by the seat's decision, and given up
 * with the seat. That it passes is recorded and told, and decides nothing.
 */
export const keepSeatClocks = (run: Run, state: string, approval: Approval): void => {
  for (const seat of approval.seats) {
    const name = seatClockName(seat.id);
    const clock = own(run.state.deadlines, name);
    if (clock === undefined || !isLive(clock)) {
      startSeatClock(run, name, state, approval, seat);
    } else if (seat.decision) {
      stopDeadline(run, name, run.clock);
    } else if (isOpen(approval, seat)) {
      resumeDeadline(run, name, run.clock);
    } else if (isWaiting(approval, seat)) {
      pauseDeadline(run, name, run.clock, askedAnother);
    } else {
      cancelDeadline(run, name);
    }
  }
};

/** A state that has people decide is left: whatever they have not decided, nobody waits for. */
export const cancelSeatClocks = (run: Run, state: string): void => {
  if (run.state.signing?.state === state) {
    for (const { id } of run.state.signing.approval.seats) {
      cancelDeadline(run, seatClockName(id));
    }
  }
};

const startSeatClock = (run: Run, name: string, state: string, approval: Approval, seat: Seat): void => {
  const rule = isOpen(approval, seat) ? seatRule(run, state, seat.signer) : undefined;
  if (rule) {
    startClock(run, name, rule, { startedAt: run.clock, limit: rule.limit, seat: seat.id, rule });
  }
};

/** @throws KernelError `PLAN_INVALID` where a seat's limit is none that the definition's clock for seats can count */
export const checkSeatLimits = (run: Run, state: string, { steps }: ApprovalPlan): void => {
  for (const signer of steps.flatMap(({ signers }) => signers)) {
    seatRule(run, state, signer);
  }
};

/** What the seat's own time runs by; undefined where it has none, or the definition counts none. */
const seatRule = (run: Run, state: string, { limit }: Signer): DeadlineDefinition | undefined => {
  const { definition, deadlines, input } = run.compiled;
  const named = own(deadlines, own(definition.signing, state)?.seatClock ?? '');
  if (named === undefined || limit === undefined) {
    return undefined;
  }
  const { clockProfile } = input;
  const isScaled = clockProfile !== undefined && run.state.profile === clockProfile.id;
  const counted = isScaled ? clockLength(clockProfile, limit) : limit;
  const problem = clockRuleProblem({ limit: counted, count: named.count, warnAt: [] });
  if (problem !== undefined) {
    throw new KernelError('PLAN_INVALID', `A seat's limit cannot be counted: ${problem}.`);
  }
  // Its seat starts and stops it, and no event does.
  return { ...named, limit: counted, starts: [], stops: [] };
};

/** Still part of the open step, behind a seat that has to decide first. */
const isWaiting = (approval: Approval, seat: Seat): boolean =>
  approval.status === 'running' && seat.step === approval.step && seat.status === 'undecided' && !seat.void;
