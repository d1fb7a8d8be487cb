import type { Facts } from '../command.ts';
import type { CaseState } from '../state.ts';
import type { Exclusion } from './exclusion.ts';

/** Somebody whom a case complains of 被投诉人. */
export interface ComplainedOf {
  id: string;
  /** Ids of the same human being's other accounts. */
  sameAs?: string[];
}

/** Whom the case complains of, as far as its definition asks for the fact of this name. */
export const complainedOfIn = ({ complainedOf }: Facts): ComplainedOf[] =>
  Array.isArray(complainedOf) ? (complainedOf as unknown as ComplainedOf[]) : [];

/**
 * The case with everybody out of it whom it complains of; the same case where that is nobody. Who is out already stays
 * out for the reason that was given, and the owner is none of them.
 *
 * @param at RFC 3339 UTC
 */
export const withoutComplainedOf = (state: CaseState, facts: Facts, at: string): CaseState => {
  const before = state.excluded ?? {};
  const people = complainedOfIn(facts).filter(({ id }) => !Object.hasOwn(before, id));
  if (people.length === 0) {
    return state;
  }
  const exclusions = people.map(({ id, sameAs }): [string, Exclusion] => [
    id,
    { because: 'complained-of', ...(sameAs === undefined ? {} : { sameAs }), by: 'system', at },
  ]);
  const ids = people.flatMap(({ id, sameAs = [] }) => [id, ...sameAs]);
  return {
    ...state,
    excluded: { ...before, ...Object.fromEntries(exclusions) },
    owner: state.owner !== null && ids.includes(state.owner) ? null : state.owner,
  };
};
