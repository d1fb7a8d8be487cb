import type { Money } from '../json.ts';
import type { ApprovalPlan, Signer } from './plan.ts';

/** A decision under way, or made: JSON that a case carries. Instants are RFC 3339 UTC. */
export interface Approval {
  /** Only the steps whose conditions held when it began. */
  plan: ApprovalPlan;
  /** SHA-256 of the canonical JSON of what is decided on: people sign this and nothing else. */
  subjectHash: string;
  /** What the decision is worth: the cumulative amount that authority is judged by. */
  amount?: Money;
  proposer: Human;
  /** Who may have no part in it: payees, the person complained of, the recused and who reports to them. */
  barred: string[];
  /** As of the definition; absent: a seat may be lent to anybody who has no part in it. */
  lends?: 'fitting';
  /** Raised by each return and each change of the subject; decisions of earlier rounds count no more. */
  round: number;
  /** The step that is open; null once it has ended or lies with the proposer. */
  step: string | null;
  seats: Seat[];
  status: 'running' | 'returned' | 'approved' | 'rejected' | 'recalled';
}

/** A person by id, with the ids of the same human being's other accounts. */
export interface Human {
  id: string;
  sameAs?: string[];
}

export interface Seat {
  /** Round, step and place: unique in the approval. */
  id: string;
  step: string;
  signer: Signer;
  /** Opens once this seat has decided. */
  after?: string;
  status: 'undecided' | 'approved' | 'rejected' | 'returned' | 'closed' | 'removed';
  /** A return or a change of the subject has made it count no more. */
  void?: true;
  /** Whoever asked for this seat beside the plan's: it must approve as well, and only they take it away again. */
  addedBy?: string;
  delegation?: Lent;
  decision?: Decision;
}

/** A seat lent to somebody for a time, within the lender's own limit. */
export interface Lent {
  to: Human;
  by: Human;
  /** What the lender could decide; absent: the seat asks for no authority. */
  authority?: Money[];
  until: string;
}

export interface Decision {
  at: string;
  actorId: string;
  /** Whose right was used, where it was not the actor's own. */
  onBehalfOfId?: string;
  /** Every account of the people who stand behind it: none of them may sign again. */
  humans: string[];
}

/** All accounts of a human being. */
export const accountsOf = ({ id, sameAs = [] }: Human): string[] => [id, ...sameAs];

/** The seats of the open step that are still part of it. */
export const seatsOfStep = ({ seats, step }: Approval): Seat[] =>
  seats.filter((seat) => seat.step === step && !seat.void && seat.status !== 'removed');

/** Whether somebody may decide on this seat now. */
export const isOpen = (approval: Approval, seat: Seat): boolean =>
  approval.status === 'running' &&
  seat.status === 'undecided' &&
  !seat.void &&
  seat.step === approval.step &&
  approval.seats.find(({ id }) => id === seat.after)?.status !== 'undecided';

export const openSeats = (approval: Approval): Seat[] =>
  approval.seats.filter((seat) => isOpen(approval, seat));

/** Decisions that count, the earliest step's first. */
export const decisions = ({ seats }: Approval): Decision[] =>
  seats.flatMap((seat) => (seat.void || !seat.decision ? [] : [seat.decision]));

/** Every account of the people by whose approval the decision stands. */
export const signersOf = ({ seats }: Approval): string[] => [
  ...new Set(
    seats.flatMap(({ void: isVoid, status, decision }) =>
      isVoid || status !== 'approved' || !decision ? [] : decision.humans,
    ),
  ),
];
