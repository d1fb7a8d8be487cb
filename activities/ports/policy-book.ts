import type { Party } from './party.ts';
import type { Coverage, Endorsement, PolicyAsOf } from './policy.ts';

/** A policy with its whole history; `coverages` are those of its first day. */
export interface BookPolicy extends Omit<PolicyAsOf, 'cancelledOn' | 'endorsements'> {
  /** In the order of their effect; each with the coverages that hold from then on. */
  endorsements: (Endorsement & { coverages: Coverage[] })[];
}

/** What the in-process doubles know. */
export interface PolicyBook {
  parties: Party[];
  policies: BookPolicy[];
}

/** The contract as it stands on a local date, with what has taken effect until then and nothing later. */
export const asOf = (policy: BookPolicy, on: string): PolicyAsOf => {
  const { endorsements, coverages, ...rest } = policy;
  const effective = endorsements.filter(({ effectiveOn }) => effectiveOn <= on);
  const cancelled = effective.find(({ kind }) => kind === 'cancel');
  return {
    ...rest,
    ...(cancelled ? { cancelledOn: cancelled.effectiveOn } : {}),
    coverages: effective.at(-1)?.coverages ?? coverages,
    endorsements: effective.map(({ coverages: _, ...endorsement }) => endorsement),
  };
};
