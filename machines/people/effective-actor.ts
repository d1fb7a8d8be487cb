import type { Actor, ActsFor } from '../kernel/command.ts';
import { instantAt } from '../kernel/instant.ts';
import type { Money } from '../kernel/json.ts';
import { limitsOf } from './limits-of.ts';
import type { AuthorityLimit, Delegation } from './organisation.ts';
import { isIn } from './period.ts';

/** What a person holds by their own right at one instant. */
export interface Holder {
  id: string;
  status: 'active' | 'disabled';
  roles: string[];
  departments: string[];
  skills: string[];
  /** The person's own limits and those of their roles, whenever they hold. */
  limits: AuthorityLimit[];
}

/** All that decides what a person may do at one instant. */
export interface ActingData {
  person: Holder;
  /** Ids of the same human being's other accounts. */
  accounts: string[];
  /** Delegations and substitutions to this person that are not revoked. */
  delegations: { delegation: Delegation; delegator: Holder; delegatorAccounts?: string[]; isAway: boolean }[];
}

/**
 * The actor that a command's facts carry: what the person holds, and apart from it whose work they do now and with which
 * of those people's rights. Nothing is passed on twice, for only what a delegator holds themselves counts, and no amount
 * goes beyond the delegator's own limit of this moment, whatever was granted once.
 *
 * @param caseKind absent: the limits of kinds of case that have none of their own
 */
export const effectiveActor = (
  { person, accounts, delegations }: ActingData,
  at: { nowMs: number; caseKind?: string | undefined },
): Actor => {
  const authority = limitsOf(person, person.limits, at);
  const actsFor = delegations
    .filter(
      ({ delegation, delegator, isAway }) =>
        delegation.status === 'active' &&
        isIn(delegation, at.nowMs) &&
        delegator.status === 'active' &&
        delegator.id !== person.id &&
        !accounts.includes(delegator.id) &&
        (delegation.kind === 'delegation' || isAway) &&
        isOfKind(delegation, at.caseKind),
    )
    .map(({ delegation, delegator, delegatorAccounts = [] }) =>
      lent(delegation, { ...delegator, accounts: delegatorAccounts }, at),
    )
    .filter(({ roles }) => roles.length > 0)
    .sort((a, b) => (a.personId === b.personId ? compare(a.via, b.via) : compare(a.personId, b.personId)));
  return {
    id: person.id,
    roles: person.roles,
    ...(person.departments.length === 0 ? {} : { departments: person.departments }),
    ...(person.skills.length === 0 ? {} : { skills: person.skills }),
    ...(authority.length === 0 ? {} : { authority }),
    ...(accounts.length === 0 ? {} : { sameAs: accounts.toSorted() }),
    ...(actsFor.length === 0 ? {} : { actsFor }),
  };
};

// Where no kind is asked for, only what is lent for every kind counts.
const isOfKind = ({ caseKinds }: Delegation, caseKind: string | undefined): boolean =>
  caseKinds === null || (caseKind !== undefined && caseKinds.includes(caseKind));

const lent = (
  { kind, untilMs, roles, limits }: Delegation,
  delegator: Holder & { accounts: string[] },
  at: { nowMs: number; caseKind?: string | undefined },
): ActsFor => {
  const held = delegator.roles.filter((role) => roles === null || roles.includes(role));
  const own = limitsOf({ id: delegator.id, roles: held }, delegator.limits, at);
  const authority = limits === null ? own : own.flatMap((limit) => lower(limit, limits));
  return {
    personId: delegator.id,
    ...(delegator.accounts.length === 0 ? {} : { sameAs: delegator.accounts.toSorted() }),
    via: kind,
    roles: held,
    ...(delegator.departments.length === 0 ? {} : { departments: delegator.departments }),
    ...(authority.length === 0 ? {} : { authority }),
    until: untilMs === null ? null : instantAt(untilMs),
  };
};

// A currency that the grant does not name is not lent.
const lower = ({ amount, currency }: Money, granted: Money[]): Money[] => {
  const limit = granted.find((each) => each.currency === currency);
  return limit === undefined ? [] : [{ amount: Math.min(amount, limit.amount), currency }];
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
