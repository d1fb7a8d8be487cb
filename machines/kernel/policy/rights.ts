import type { Actor, Facts } from '../command.ts';
import type { Money } from '../json.ts';
import { own } from '../own.ts';
import { performer } from '../run.ts';
import type { Policy } from './table.ts';

/**
 * One right by which somebody may act: their own, or one that was lent to them. Each stands by itself: the roles of one
 * and the authority of another never add up.
 */
export interface Right {
  /** Whose right it is, where not the actor's own. */
  of?: string;
  roles: string[];
  departments: string[];
  /** The highest amount per currency. */
  authority: Money[];
  /** All accounts of the people behind it: whoever acts, and whoever lent the right. Four eyes look at each. */
  humans: string[];
}

/**
 * By which rights these facts let somebody act, their own first. Who speaks for a customer has the customer's right
 * alone, and takes their calls by their own office: that is not lent. Whose holders those are is the table's to say.
 */
export const rightsOf = (policy: Policy, facts: Facts): Right[] => {
  const actor = performer(facts) as Actor;
  const humans = [actor.id, ...(actor.sameAs ?? [])];
  const mine: Right = {
    roles: actor.roles,
    departments: actor.departments ?? [],
    authority: actor.authority ?? [],
    humans,
  };
  if (facts.onBehalfOf && 'customer' in facts.onBehalfOf) {
    const speakers = policy.acts['customer.speak-for']?.by;
    const speaks = facts.actor.roles.some((role) => own(speakers, role) !== undefined);
    return speaks ? [{ ...mine, roles: ['customer'] }] : [];
  }
  const lent = (actor.actsFor ?? []).map(
    ({ personId, sameAs = [], roles, departments = [], authority = [] }): Right => ({
      of: personId,
      roles,
      departments,
      authority,
      humans: [...humans, personId, ...sameAs],
    }),
  );
  return [mine, ...lent];
};

export const holdsRole = (right: Pick<Right, 'roles'>, by: readonly string[]): boolean =>
  right.roles.some((role) => by.includes(role));

/** Four eyes: whether anybody behind the right, under whatever account, is among these people. */
export const isAmong = (right: Pick<Right, 'humans'>, persons: readonly string[]): boolean =>
  right.humans.some((account) => persons.includes(account));

/** Whether the amount lies within what the right allows. Without a limit in its currency: no authority. */
export const coversAmount = (right: Pick<Right, 'authority'>, amount: Money): boolean => {
  const limit = right.authority.find(({ currency }) => currency === amount.currency);
  return limit !== undefined && amount.amount <= limit.amount;
};
