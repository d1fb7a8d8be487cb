import type { Money } from '../json.ts';
import { type Approval, type Seat, seatsOfStep } from './approval.ts';
import type { ApprovalStep, Rung, Signer } from './plan.ts';
import { stepResult } from './step-result.ts';

/** Returns and changes of the subject that one approval may see: after them it can only be decided. */
export const roundsMax = 20;

/** Begins a decision with the first step of its plan. */
export const beginApproval = (
  begun: Pick<Approval, 'plan' | 'subjectHash' | 'amount' | 'proposer' | 'barred' | 'lends'>,
): Approval =>
  openStep({ ...begun, round: 1, step: null, seats: [], status: 'running' }, begun.plan.steps[0]);

/** Goes on to the next step, or to the end, as far as the seats have decided. */
export const settle = (approval: Approval): Approval => {
  const step = stepAt(approval);
  const result = step && stepResult(step.rule, seatsOfStep(approval));
  if (!step || result === 'open') {
    return approval;
  }
  const closed = {
    ...approval,
    seats: approval.seats.map(
      (seat): Seat =>
        seat.step === step.id && !seat.void && seat.status === 'undecided'
          ? { ...seat, status: 'closed' }
          : seat,
    ),
  };
  if (result === 'passed') {
    return openStep(closed, approval.plan.steps[stepIndex(approval, step.id) + 1]);
  }
  const { onReject = 'end' } = step;
  return onReject === 'end' || approval.round >= roundsMax
    ? { ...closed, step: null, status: 'rejected' }
    : goBack(closed, onReject === 'proposer' ? null : onReject.step);
};

/** A new round from an earlier step, or from the proposer (null): what was decided since counts no more. */
export const goBack = (approval: Approval, toStep: string | null): Approval => {
  const from = toStep === null ? 0 : stepIndex(approval, toStep);
  const back: Approval = {
    ...approval,
    round: approval.round + 1,
    seats: approval.seats.map((seat) =>
      stepIndex(approval, seat.step) >= from ? { ...seat, void: true } : seat,
    ),
  };
  return toStep === null
    ? { ...back, step: null, status: 'returned' }
    : openStep(back, approval.plan.steps[from]);
};

/** A new round over a changed subject, from the first step. */
export const restart = (approval: Approval, subjectHash: string, amount: Money | undefined): Approval => {
  const { amount: _, ...rest } = goBack(approval, null);
  return openStep(
    { ...rest, status: 'running', subjectHash, ...(amount === undefined ? {} : { amount }) },
    approval.plan.steps[0],
  );
};

/** Where the ladder ends: who watches over decisions that nobody of the ladder may make. */
const lastRung: Rung = { role: 'compliance' };

/**
 * Who is asked where nobody may take a seat: the rung above the seat's own, or for a seat beside the ladder the first
 * that may decide the amount; compliance above all. Undefined: it was compliance already.
 */
export const rungAbove = ({ plan, amount }: Approval, { role }: Signer): Rung | undefined => {
  if (role === lastRung.role) {
    return undefined;
  }
  const { ladder = [] } = plan;
  const present = ladder.findIndex((rung) => rung.role === role);
  return (present < 0 ? rungFor(ladder, amount) : ladder[present + 1]) ?? lastRung;
};

/** The signer as a rung names them; the seat's time stays what it is. */
export const onRung = (signer: Signer, { role, department }: Rung): Signer => {
  const { byAuthority, limit } = signer;
  return {
    ...(byAuthority ? { byAuthority } : {}),
    role,
    ...(department === undefined ? {} : { department }),
    ...(limit === undefined ? {} : { limit }),
  };
};

export const stepIndex = ({ plan }: Approval, id: string): number =>
  plan.steps.findIndex((step) => step.id === id);

const stepAt = ({ plan, step }: Approval): ApprovalStep | undefined =>
  plan.steps.find(({ id }) => id === step);

const openStep = (approval: Approval, step: ApprovalStep | undefined): Approval => {
  if (!step) {
    return { ...approval, step: null, status: 'approved' };
  }
  const { round, seats } = approval;
  const idOf = (n: number): string => `${round}.${step.id}.${n + 1}`;
  const opened = step.signers.map(
    (signer, n): Seat => ({
      id: idOf(n),
      step: step.id,
      signer: notBarred(approval, found(approval, signer)),
      ...(step.rule === 'sequence' && n > 0 ? { after: idOf(n - 1) } : {}),
      status: 'undecided',
    }),
  );
  return { ...approval, step: step.id, status: 'running', seats: [...seats, ...opened] };
};

/** Seats that name somebody who may have no part in it go to the rung above: nobody could ever take them. */
export const withoutBarredSigners = (approval: Approval): Approval => ({
  ...approval,
  seats: approval.seats.map((seat) =>
    seat.status === 'undecided' && !seat.void ? { ...seat, signer: notBarred(approval, seat.signer) } : seat,
  ),
});

const notBarred = (approval: Approval, signer: Signer): Signer => {
  const isBarred = signer.personId !== undefined && approval.barred.includes(signer.personId);
  const rung = isBarred ? rungAbove(approval, signer) : undefined;
  return rung ? onRung(signer, rung) : signer;
};

const found = ({ plan, amount }: Approval, signer: Signer): Signer => {
  if (signer.role !== undefined || signer.personId !== undefined || !signer.byAuthority) {
    return signer;
  }
  const rung = rungFor(plan.ladder ?? [], amount);
  return rung ? onRung(signer, rung) : signer;
};

// Where the amount goes beyond every rung, the highest decides, by who of it has a limit of their own that suffices.
const rungFor = (ladder: Rung[], amount: Money | undefined): Rung | undefined =>
  ladder.find(({ upTo }) => upTo === undefined || amount === undefined || covers(upTo, amount)) ??
  ladder.at(-1);

const covers = (upTo: Money[], { amount, currency }: Money): boolean =>
  upTo.some((limit) => limit.currency === currency && limit.amount >= amount);
