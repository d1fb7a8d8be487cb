import type { Actor } from '../command.ts';
import type { Money } from '../json.ts';
import { type Approval, accountsOf, decisions, isOpen, type Seat, seatsOfStep } from './approval.ts';
import {
  type ActFault,
  barTo,
  fault,
  humanOf,
  humansOf,
  isFault,
  mayBorrow,
  rightTo,
  type SeatRight,
} from './eligible.ts';
import { goBack, onRung, restart, roundsMax, rungAbove, settle, stepIndex } from './rounds.ts';
import { asksSecondFactor } from './second-factor.ts';

/** What somebody does in a decision under way. */
export type Act =
  | { type: 'approve' | 'reject'; seat: string; actor: Actor }
  /** 驳回: to an earlier step, or to the proposer (null). */
  | { type: 'return'; seat: string; actor: Actor; toStep: string | null }
  /** 委派: until then that person decides on the seat, within the actor's own limit; the actor still may. */
  | { type: 'delegate'; seat: string; actor: Actor; to: Actor; until: string }
  /** 加签: one more person must approve, before the seat opens again or after it has decided. */
  | { type: 'add-signer'; seat: string; actor: Actor; to: Actor; position: 'before' | 'after' }
  /** 减签: a seat that the actor has asked for. */
  | { type: 'remove-signer'; seat: string; actor: Actor }
  /** 撤回: by the proposer, before anybody has decided. */
  | { type: 'recall'; actor: Actor }
  /** The proposer has changed what is decided on, or hands it in again after a return. */
  | { type: 'resubmit'; actor: Actor; subjectHash: string; amount?: Money }
  /** Nobody could be found for the seat: the next rung of the ladder is asked. */
  | { type: 'climb'; seat: string };

const addedMax = 10;

/** Takes a decision one act further. Pure; a fault changes nothing. */
export const applyAct = (approval: Approval, act: Act, at: string): Approval | ActFault => {
  if (approval.status !== 'running' && approval.status !== 'returned') {
    return fault('APPROVAL_ENDED', `The decision is made: ${approval.status}.`);
  }
  switch (act.type) {
    case 'recall':
    case 'resubmit':
      return ofProposer(approval, act);
    case 'climb':
      return climb(approval, act.seat);
    case 'remove-signer':
      return removeSigner(approval, act);
    default:
      return onSeat(approval, act, at);
  }
};

type SeatAct = Extract<Act, { type: 'approve' | 'reject' | 'return' | 'delegate' | 'add-signer' }>;

const onSeat = (approval: Approval, act: SeatAct, at: string): Approval | ActFault => {
  const seat = approval.seats.find(({ id }) => id === act.seat);
  if (!seat) {
    return fault('SEAT_UNKNOWN', 'The decision has no such seat.');
  }
  if (!isOpen(approval, seat)) {
    return fault('SEAT_NOT_OPEN', 'The seat is not open now.');
  }
  // Saying no, or asking somebody else, takes no authority over the amount.
  const right = rightTo(approval, seat, act.actor, { at, decidesAmount: act.type === 'approve' });
  if (isFault(right)) {
    return right;
  }
  const unproved = lacksSecondFactor(approval, act.actor);
  if (unproved) {
    return unproved;
  }
  const decided = (status: Seat['status']): Approval =>
    withSeat(approval, { ...seat, status, decision: decisionOf(act.actor, right, at) });
  switch (act.type) {
    case 'approve':
      return settle(decided('approved'));
    case 'reject':
      return settle(decided('rejected'));
    case 'return':
      return mayReturn(approval, act.toStep) ?? goBack(decided('returned'), act.toStep);
    case 'delegate':
      return delegate(approval, seat, act, right, at);
    case 'add-signer':
      return addSigner(approval, seat, act);
  }
};

// A stolen password must not be enough, for saying no, handing over or asking others either.
const lacksSecondFactor = (approval: Approval, { secondFactor }: Actor): ActFault | undefined =>
  asksSecondFactor(approval) && secondFactor !== true
    ? fault('SECOND_FACTOR_REQUIRED', 'An amount like this takes a second factor: prove one, then decide.')
    : undefined;

const decisionOf = ({ id }: Actor, { of, humans }: SeatRight, at: string): NonNullable<Seat['decision']> => ({
  at,
  actorId: id,
  ...(of === undefined ? {} : { onBehalfOfId: of }),
  humans,
});

const mayReturn = (approval: Approval, toStep: string | null): ActFault | undefined => {
  if (approval.round >= roundsMax) {
    return fault('RETURN_NOT_ALLOWED', `It went back ${roundsMax - 1} times; now it is decided.`);
  }
  const to = toStep === null ? -1 : stepIndex(approval, toStep);
  return toStep === null || (to >= 0 && to < stepIndex(approval, approval.step ?? ''))
    ? undefined
    : fault('RETURN_NOT_ALLOWED', 'A step goes back to an earlier one, or to the proposer.');
};

const delegate = (
  approval: Approval,
  seat: Seat,
  { actor, to, until }: Extract<Act, { type: 'delegate' }>,
  { of, authority }: SeatRight,
  at: string,
): Approval | ActFault => {
  if (of !== undefined) {
    return fault('DELEGATION_CHAINED', 'What is lent is not lent on.');
  }
  if (until <= at) {
    return fault('DATA_INVALID', 'A delegation ends later than now.');
  }
  if (humansOf(to).some((id) => humansOf(actor).includes(id))) {
    return fault('FOUR_EYES', 'Nobody delegates to themselves.');
  }
  if (approval.lends === 'fitting' && !mayBorrow(seat.signer, actor, to)) {
    return fault(
      'ROLE_REQUIRED',
      'A seat like this is lent only to somebody of the same role and department.',
    );
  }
  const lent = {
    to: humanOf(to),
    by: humanOf(actor),
    ...(seat.signer.byAuthority ? { authority } : {}),
    until,
  };
  return barTo(approval, humansOf(to)) ?? withSeat(approval, { ...seat, delegation: lent });
};

const addSigner = (
  approval: Approval,
  seat: Seat,
  { actor, to, position }: Extract<Act, { type: 'add-signer' }>,
): Approval | ActFault => {
  const added = approval.seats.filter(({ step, addedBy }) => step === seat.step && addedBy !== undefined);
  const isSeated = seatsOfStep(approval).some(({ signer }) => humansOf(to).includes(signer.personId ?? ''));
  if (added.length >= addedMax) {
    return fault('DATA_INVALID', `A step has at most ${addedMax} added signers.`);
  }
  if (isSeated || humansOf(to).some((id) => humansOf(actor).includes(id))) {
    return fault('ALREADY_SIGNED', 'Nobody has two seats in one step.');
  }
  const before = position === 'before';
  const after = before ? seat.after : seat.id;
  const asked: Seat = {
    id: `${approval.round}.${seat.step}.+${added.length + 1}`,
    step: seat.step,
    signer: { personId: to.id },
    ...(after === undefined ? {} : { after }),
    status: 'undecided',
    addedBy: actor.id,
  };
  const waiting = before ? withSeat(approval, { ...seat, after: asked.id }) : approval;
  return barTo(approval, humansOf(to)) ?? { ...waiting, seats: [...waiting.seats, asked] };
};

const removeSigner = (
  approval: Approval,
  { seat: id, actor }: { seat: string; actor: Actor },
): Approval | ActFault => {
  const seat = seatsOfStep(approval).find((each) => each.id === id);
  if (seat?.status !== 'undecided' || !humansOf(actor).includes(seat.addedBy ?? '')) {
    return fault(
      'SIGNER_NOT_REMOVABLE',
      'Only who asked for a signer takes them away, before they have decided.',
    );
  }
  const unproved = lacksSecondFactor(approval, actor);
  if (unproved) {
    return unproved;
  }
  const relinked = approval.seats.map((each): Seat => {
    if (each.after !== id) {
      return each;
    }
    const { after: _, ...rest } = each;
    return seat.after === undefined ? rest : { ...rest, after: seat.after };
  });
  return settle(withSeat({ ...approval, seats: relinked }, { ...seat, status: 'removed' }));
};

const ofProposer = (
  approval: Approval,
  act: Extract<Act, { type: 'recall' | 'resubmit' }>,
): Approval | ActFault => {
  if (!accountsOf(approval.proposer).some((id) => humansOf(act.actor).includes(id))) {
    return fault('ROLE_REQUIRED', 'That is for whoever proposed it.');
  }
  if (act.type === 'recall') {
    return approval.status === 'running' && decisions(approval).length > 0
      ? fault('RECALL_TOO_LATE', 'Somebody has decided already.')
      : { ...approval, step: null, status: 'recalled' };
  }
  if (approval.status === 'running' && act.subjectHash === approval.subjectHash) {
    return fault('DATA_INVALID', 'Nothing has changed.');
  }
  return approval.round > roundsMax
    ? fault('RETURN_NOT_ALLOWED', 'It was handed in too often; propose it anew.')
    : restart(approval, act.subjectHash, act.amount);
};

const climb = (approval: Approval, seatId: string): Approval | ActFault => {
  const seat = approval.seats.find(({ id }) => id === seatId);
  if (!seat || !isOpen(approval, seat)) {
    return fault('SEAT_NOT_OPEN', 'The seat is not open now.');
  }
  const rung = rungAbove(approval, seat.signer);
  // Whoever lent it is not asked for it any more.
  const { delegation: _, ...unlent } = seat;
  const kept = approval.lends === 'fitting' ? unlent : seat;
  return rung
    ? withSeat(approval, { ...kept, signer: onRung(seat.signer, rung) })
    : fault('NOBODY_ELIGIBLE', 'There is nobody above who could decide.');
};

const withSeat = (approval: Approval, seat: Seat): Approval => ({
  ...approval,
  seats: approval.seats.map((each) => (each.id === seat.id ? seat : each)),
});
