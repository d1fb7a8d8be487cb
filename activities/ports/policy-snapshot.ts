import { canonicalJson } from '../../machines/kernel/canonical-json.ts';
import { isCivilDate } from '../../machines/kernel/civil-date.ts';
import { sha256Hex } from '../../machines/kernel/sha256.ts';
import type { PolicyAsOf, PolicySnapshot, PolicyStanding, PolicyTerms } from './policy.ts';
import { numberKey } from './policy-search-key.ts';
import { PortFailure } from './port-failure.ts';

/**
 * The snapshot of a policy that a policy system answered for a loss date. What happened to the policy after that
 * date does not enter it, so that its hash is the same whenever it is taken again.
 * @throws PortFailure `PORT_ANSWER_INVALID` for an answer that is about another policy or another date
 */
export const policySnapshot = (policy: PolicyAsOf, number: string, lossOn: string): PolicySnapshot => {
  const asked = { port: 'policy', operation: 'snapshot' };
  if (numberKey(policy.number) !== numberKey(number)) {
    throw new PortFailure(asked, 'PORT_ANSWER_INVALID', 'the answer is another policy');
  }
  const standing = standingOn(policy, lossOn);
  const inForce = standing === 'in-force';
  // A system that ignores the date answers with today's contract; this is where that shows.
  if (
    policy.endorsements.some(({ effectiveOn }) => effectiveOn > lossOn) ||
    policy.coverages.some(({ increasedOn }) => increasedOn !== undefined && inForce && increasedOn > lossOn)
  ) {
    throw new PortFailure(asked, 'PORT_ANSWER_INVALID', 'the answer holds changes after the loss date');
  }
  const terms: PolicyTerms = {
    number: policy.number,
    product: policy.product,
    lossOn,
    standing,
    insuredRef: policy.insuredRef,
    period: policy.period,
    ...(standing === 'cancelled' && policy.cancelledOn !== undefined
      ? { cancelledOn: policy.cancelledOn }
      : {}),
    coverages: inForce ? policy.coverages.filter(({ fromOn }) => fromOn <= lossOn) : [],
    waiting: inForce ? policy.coverages.filter(({ fromOn }) => fromOn > lossOn) : [],
    endorsements: policy.endorsements.toSorted((a, b) => compare(a.effectiveOn, b.effectiveOn)),
    ...(policy.vehicle === undefined ? {} : { vehicle: policy.vehicle }),
    ...(policy.premises === undefined ? {} : { premises: policy.premises }),
    ...(policy.generated === undefined ? {} : { generated: policy.generated }),
  };
  return { terms, hash: hashOfTerms(terms), personal: policy.personal };
};

/** SHA-256 of the terms' RFC 8785 text in hex; a verifier can compute it again from the terms alone. */
export const hashOfTerms = (terms: PolicyTerms): string => sha256Hex(canonicalJson(terms));

/** @throws PortFailure `PORT_INPUT_INVALID` */
export const requireDate = (lossOn: string): void => {
  if (!isCivilDate(lossOn)) {
    throw new PortFailure(
      { port: 'policy', operation: 'snapshot' },
      'PORT_INPUT_INVALID',
      'the loss date is no date',
    );
  }
};

const standingOn = ({ period, cancelledOn }: PolicyAsOf, lossOn: string): PolicyStanding => {
  if (lossOn < period.fromOn) return 'before-inception';
  if (lossOn > period.toOn) return 'after-expiry';
  return cancelledOn !== undefined && cancelledOn <= lossOn ? 'cancelled' : 'in-force';
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
