import type { Actor } from '../command.ts';
import type { Money } from '../json.ts';
import { type Approval, accountsOf, decisions, type Human, type Seat } from './approval.ts';
import type { Signer } from './plan.ts';

/** Why an act is not possible; the codes are those of refusals. */
export interface ActFault {
  fault: ActFaultCode;
  detail: string;
}

export type ActFaultCode =
  | 'APPROVAL_ENDED'
  | 'SEAT_UNKNOWN'
  | 'SEAT_NOT_OPEN'
  | 'ROLE_REQUIRED'
  | 'FOUR_EYES'
  | 'CONFLICT_OF_INTEREST'
  | 'ALREADY_SIGNED'
  | 'AUTHORITY_EXCEEDED'
  | 'SECOND_FACTOR_REQUIRED'
  | 'DELEGATION_CHAINED'
  | 'TASK_TAKEN'
  | 'RETURN_NOT_ALLOWED'
  | 'RECALL_TOO_LATE'
  | 'SIGNER_NOT_REMOVABLE'
  | 'NOBODY_ELIGIBLE'
  | 'DATA_INVALID';

export const fault = (code: ActFaultCode, detail: string): ActFault => ({ fault: code, detail });

export const isFault = (value: object): value is ActFault => 'fault' in value;

/** By which right somebody takes a seat. */
export interface SeatRight {
  /** Whose right it is, where not the actor's own. */
  of?: string;
  authority: Money[];
  humans: string[];
}

/** The right by which this actor may decide on the seat now, their own before a lent one; or why there is none. */
export const rightTo = (
  approval: Approval,
  seat: Seat,
  actor: Actor,
  { at, decidesAmount }: { at: string; decidesAmount: boolean },
): SeatRight | ActFault => {
  const rights = rightsFor(seat, actor, at);
  if (rights.length === 0) {
    return effectiveDelegation(seat, at)
      ? fault('TASK_TAKEN', `The seat is lent to ${seat.delegation?.to.id}.`)
      : fault('ROLE_REQUIRED', `The seat is for ${wordsOf(seat.signer)}.`);
  }
  const judged = rights.map(
    (right) =>
      barTo(approval, right.humans) ?? (decidesAmount ? limitOn(approval, seat, right) : undefined) ?? right,
  );
  return judged.find((each): each is SeatRight => !isFault(each)) ?? (judged[0] as ActFault);
};

/** Why none of these people may have a part in the decision; undefined where they may. */
export const barTo = (approval: Approval, humans: string[]): ActFault | undefined => {
  const among = (others: string[]): boolean => humans.some((id) => others.includes(id));
  if (among(accountsOf(approval.proposer))) {
    return fault('FOUR_EYES', 'Whoever proposed it does not decide on it.');
  }
  if (among(approval.barred)) {
    return fault('CONFLICT_OF_INTEREST', 'Who is concerned by the matter has no part in deciding it.');
  }
  return decisions(approval).some((decision) => among(decision.humans))
    ? fault('ALREADY_SIGNED', 'Nobody signs twice, not through a delegation or another account either.')
    : undefined;
};

export const humansOf = ({ id, sameAs = [] }: Actor): string[] => [id, ...sameAs];

export const humanOf = ({ id, sameAs }: Actor): Human => (sameAs === undefined ? { id } : { id, sameAs });

const rightsFor = (seat: Seat, actor: Actor, at: string): SeatRight[] => {
  const humans = humansOf(actor);
  const own: SeatRight = { authority: actor.authority ?? [], humans };
  const lent = effectiveDelegation(seat, at);
  if (lent) {
    const isLender = accountsOf(lent.by).some((id) => humans.includes(id));
    const isBorrower = accountsOf(lent.to).some((id) => humans.includes(id));
    return isLender
      ? [own]
      : isBorrower
        ? [{ of: lent.by.id, authority: lent.authority ?? [], humans: [...humans, ...accountsOf(lent.by)] }]
        : [];
  }
  const others = (actor.actsFor ?? []).filter((each) => fits(seat.signer, each.personId, each));
  return [
    ...(fits(seat.signer, actor.id, actor) ? [own] : []),
    ...others.map(({ personId, sameAs = [], authority = [] }) => ({
      of: personId,
      authority,
      humans: [...humans, personId, ...sameAs],
    })),
  ];
};

/** The delegation that holds at this instant. */
export const effectiveDelegation = ({ delegation }: Seat, at: string): Seat['delegation'] =>
  delegation && delegation.until > at ? delegation : undefined;

const fits = (
  { role, department, personId }: Signer,
  id: string,
  holder: { roles: string[]; departments?: string[] },
): boolean =>
  (personId === undefined || personId === id) &&
  (role === undefined || holder.roles.includes(role)) &&
  (department === undefined || (holder.departments ?? []).includes(department));

/**
 * Whether a seat may be lent to somebody. Of an authority over amounts a limit is lent, and goes to anybody; any other seat
 * is for what its holder knows, so it goes to who has its role and department. Where it names a person and no role, it is
 * one of that person's.
 */
export const mayBorrow = (signer: Signer, lender: Actor, to: Actor): boolean => {
  const { personId: _, ...asked } = signer;
  const isPeer = signer.role !== undefined || lender.roles.some((role) => to.roles.includes(role));
  return signer.byAuthority === true || (fits(asked, to.id, to) && isPeer);
};

const limitOn = ({ amount }: Approval, { signer }: Seat, { authority }: SeatRight): ActFault | undefined => {
  if (!signer.byAuthority || amount === undefined) {
    return undefined;
  }
  const limit = authority.find(({ currency }) => currency === amount.currency);
  return limit !== undefined && limit.amount >= amount.amount
    ? undefined
    : fault(
        'AUTHORITY_EXCEEDED',
        `It needs authority over ${amount.amount} ${amount.currency} (minor units).`,
      );
};

const wordsOf = ({ role, department, personId }: Signer): string =>
  [personId, role && `the role ${role}`, department && `department ${department}`].filter(Boolean).join(', ');
