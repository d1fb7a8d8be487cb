import type { Known } from './fault.ts';
import type { Delegation } from './organisation.ts';

/** Delegations that are not revoked, by who gave them and who got them: an import looks there for thousands of lines. */
export interface GivenDelegations {
  /** Without substitutions, by the human being whose work it is. */
  byGiver: Map<string, Delegation[]>;
  /** By the account that does the work. */
  byDelegate: Map<string, Delegation[]>;
}

export const givenDelegations = (delegations: Delegation[], known: Known): GivenDelegations => ({
  byGiver: Map.groupBy(
    delegations.filter(({ kind }) => kind === 'delegation'),
    ({ personId }) => humanOf(known, personId),
  ),
  byDelegate: Map.groupBy(delegations, ({ delegateId }) => delegateId),
});

/** The human being whose account this is. */
export const humanOf = (known: Known, personId: string): string =>
  known.person(personId)?.humanId ?? personId;
