import type { Actor, Facts } from '../command.ts';
import type { CaseState } from '../state.ts';

/**
 * Why somebody has no part in a case 回避: they said so or were told to, a conflict of interest was found, or the
 * complaint is about them.
 */
export type ExclusionCause = 'recused' | 'conflict-of-interest' | 'complained-of';

/** That a person has no part in a case and does not see it; nor does whoever reports to them. */
export interface Exclusion {
  because: ExclusionCause;
  /** Ids of the same human being's other accounts. */
  sameAs?: string[];
  /** Who said so. */
  by: string;
  at: string;
}

/** Exclusions that one case may have. */
export const exclusionsMax = 100;

type Excluding = Pick<CaseState, 'excluded'>;

/** All accounts of everybody who has no part in the case. */
export const excludedIds = ({ excluded = {} }: Excluding): string[] =>
  Object.entries(excluded).flatMap(([id, { sameAs = [] }]) => [id, ...sameAs]);

/** Whether somebody has no part in the case: under any account, or because of whom they report to. */
export const isExcluded = (
  state: Excluding,
  { id, sameAs = [], reportsTo = [] }: Pick<Actor, 'id' | 'sameAs' | 'reportsTo'>,
): boolean => {
  if (state.excluded === undefined) {
    return false;
  }
  const ids = excludedIds(state);
  return [id, ...sameAs, ...reportsTo].some((each) => ids.includes(each));
};

/** The facts without the rights that were lent by people who have no part in the case. */
export const withoutExcludedLenders = (state: Excluding, facts: Facts): Facts => {
  if (state.excluded === undefined) {
    return facts;
  }
  const { onBehalfOf } = facts;
  return {
    ...facts,
    actor: cleared(state, facts.actor),
    ...(onBehalfOf && 'actor' in onBehalfOf
      ? { onBehalfOf: { actor: cleared(state, onBehalfOf.actor) } }
      : {}),
  };
};

const cleared = (state: Excluding, { actsFor, ...actor }: Actor): Actor => {
  const left = (actsFor ?? []).filter((lent) => !isExcluded(state, { ...lent, id: lent.personId }));
  return left.length === 0 ? actor : { ...actor, actsFor: left };
};
