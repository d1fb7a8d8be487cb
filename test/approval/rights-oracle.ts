import type { Approval, Seat } from '../../machines/kernel/approval/approval.ts';
import type { Signer } from '../../machines/kernel/approval/plan.ts';
import type { Money } from '../../machines/kernel/json.ts';
import { people } from './random-decision.ts';

// Who may decide, worked out from the people of the test alone: nothing that a decision says of itself is believed but who
// acted, for whom, and when.

const person = (id: string): (typeof people)[number] => {
  const found = people.find((each) => each.id === id);
  if (!found) {
    throw new Error(`There is nobody called ${id}.`);
  }
  return found;
};

/** One name for a human being, whichever of their accounts is given. */
export const humanOf = (id: string): string => [id, ...(person(id).sameAs ?? [])].toSorted()[0] ?? id;

/** The human beings who stand behind a decision: who acted, and whose right they used. */
export const humansBehind = ({ decision }: Seat): string[] =>
  decision === undefined
    ? []
    : [...new Set([decision.actorId, decision.onBehalfOfId ?? decision.actorId].map(humanOf))];

interface Rights {
  roles: string[];
  departments?: string[];
  authority?: Money[];
}

const isFor = ({ role, department, personId }: Signer, id: string, rights: Rights): boolean => {
  const asked = [
    personId === undefined || personId === id,
    role === undefined || rights.roles.some((held) => held === role),
    department === undefined || (rights.departments ?? []).some((held) => held === department),
  ];
  return asked.every((holds) => holds);
};

const decides = ({ amount }: Approval, { byAuthority }: Signer, { authority = [] }: Rights): boolean =>
  byAuthority !== true ||
  amount === undefined ||
  authority.some((limit) => limit.currency === amount.currency && limit.amount >= amount.amount);

/** Whether a seat was lent to somebody when it was decided. */
export const isLentAt = ({ delegation, decision }: Seat): boolean =>
  delegation !== undefined && decision !== undefined && delegation.until > decision.at;

/** Whether a seat may be lent to somebody where it stays with who has what it asks for. */
export const mightBorrow = (signer: Signer, lenderId: string, toId: string): boolean => {
  const { personId: _, ...asked } = signer;
  const isPeer = person(lenderId).roles.some((role) => person(toId).roles.some((held) => held === role));
  return (
    signer.byAuthority === true || (isFor(asked, toId, person(toId)) && (signer.role !== undefined || isPeer))
  );
};

/**
 * Whether whoever decided on a seat might, by a right of their own, by one that was lent to them in person, or because the
 * seat was lent to them; and, where they approved, whether that right reached the amount.
 *
 * @param lentAs what the seat asked for when it was lent
 */
export const wasRight = (approval: Approval, seat: Seat, lentAs: Signer | undefined): boolean => {
  const { signer, decision, delegation } = seat;
  if (decision === undefined) {
    return false;
  }
  const { actorId, onBehalfOfId } = decision;
  const reaches = (rights: Rights): boolean =>
    seat.status !== 'approved' || decides(approval, signer, rights);
  const actor = person(actorId);
  if (delegation !== undefined && isLentAt(seat)) {
    const lender = [delegation.by.id, ...(person(delegation.by.id).sameAs ?? [])];
    const mightLend = lender.some((id) => isFor(lentAs ?? signer, id, person(id)));
    return onBehalfOfId === undefined
      ? mightLend && lender.includes(actorId) && reaches(actor)
      : mightLend &&
          onBehalfOfId === delegation.by.id &&
          humanOf(actorId) === humanOf(delegation.to.id) &&
          reaches(person(delegation.by.id));
  }
  if (onBehalfOfId === undefined) {
    return isFor(signer, actorId, actor) && reaches(actor);
  }
  return (actor.actsFor ?? []).some(
    (lent) => lent.personId === onBehalfOfId && isFor(signer, onBehalfOfId, lent) && reaches(lent),
  );
};
