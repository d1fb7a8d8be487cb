import { type Approval, isOpen, type Seat } from '../../machines/kernel/approval/approval.ts';
import { effectiveDelegation } from '../../machines/kernel/approval/eligible.ts';
import type { Title } from '../../machines/kernel/definition.ts';
import { seatClockName } from '../../machines/kernel/seat-clocks.ts';
import type { CaseState } from '../../machines/kernel/state.ts';

export interface CardStep {
  id: string;
  title?: Title;
  rule: string;
  isCurrent: boolean;
  seats: CardSeat[];
}

export interface CardSeat {
  who: string;
  status: Seat['status'] | 'open' | 'waiting';
  at?: string;
  /** When an open seat that has its own time is due. */
  dueAt?: string;
}

/** The steps of a decision with who decides in each. */
export const cardSteps = (approval: Approval, { at, of, titles, name }: StepParts): CardStep[] =>
  approval.plan.steps.map(({ id, rule }) => {
    const title = titles?.get(id);
    return {
      id,
      ...(title === undefined ? {} : { title }),
      rule: typeof rule === 'object' ? `${rule.quorum}` : rule,
      isCurrent: id === approval.step,
      seats: approval.seats
        .filter((seat) => seat.step === id && !seat.void && seat.status !== 'removed')
        .map((seat) => cardSeat(approval, seat, name, { at, of })),
    };
  });

interface StepParts {
  /** The present, RFC 3339. */
  at: string;
  of: Pick<CaseState, 'tasks' | 'deadlines'>;
  titles: ReadonlyMap<string, Title> | undefined;
  /** What somebody of this id is called. */
  name: (id: string) => string;
}

const cardSeat = (
  approval: Approval,
  seat: Seat,
  name: (id: string) => string,
  { at, of }: Pick<StepParts, 'at' | 'of'>,
): CardSeat => {
  const { decision, signer } = seat;
  const lent = effectiveDelegation(seat, at)?.to.id;
  // Whoever had it for a time has it no more; until the case moves on, its task still says so.
  const ended = lent === undefined ? seat.delegation?.to.id : undefined;
  const assignee = Object.values(of.tasks).find(
    (task) => task.seat === seat.id && task.status === 'open',
  )?.assignee;
  const acting =
    decision?.actorId ?? lent ?? signer.personId ?? (assignee === ended ? seat.delegation?.by.id : assignee);
  const status = seat.status !== 'undecided' ? seat.status : isOpen(approval, seat) ? 'open' : 'waiting';
  const dueAt = status === 'open' ? of.deadlines[seatClockName(seat.id)]?.dueAt : null;
  return {
    who: acting === undefined || acting === null ? (signer.role ?? '') : name(acting),
    status,
    ...(decision ? { at: decision.at } : {}),
    ...(dueAt == null ? {} : { dueAt }),
  };
};
