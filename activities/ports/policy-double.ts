import { type PolicyPort, type PolicySummary, policiesFoundMax } from './policy.ts';
import { asOf, type BookPolicy } from './policy-book.ts';
import { inOrder, numberKey, phoneKey, plateKey } from './policy-search-key.ts';
import { policySnapshot, requireDate } from './policy-snapshot.ts';

/** A policy system in this process, over policies that were made up. */
export const createPolicyDouble = (policies: readonly BookPolicy[]): PolicyPort => {
  const byNumber = new Map(policies.map((policy) => [numberKey(policy.number), policy]));
  const byPhone = Map.groupBy(policies, ({ personal }) => phoneKey(personal.insuredPhone ?? ''));
  const byPlate = Map.groupBy(policies, ({ personal }) => plateKey(personal.plate ?? ''));
  const found = (index: ReadonlyMap<string, BookPolicy[]>, key: string): PolicySummary[] =>
    key === ''
      ? []
      : inOrder(index.get(key) ?? [])
          .slice(0, policiesFoundMax)
          .map(summaryOf);
  return {
    findByNumber: async (number) => {
      const policy = byNumber.get(numberKey(number));
      return policy ? [summaryOf(policy)] : [];
    },
    findByPhone: async (phone) => found(byPhone, phoneKey(phone)),
    findByPlate: async (plate) => found(byPlate, plateKey(plate)),
    snapshot: async (number, lossOn) => {
      requireDate(lossOn);
      const policy = byNumber.get(numberKey(number));
      return policy && policySnapshot(asOf(policy, lossOn), number, lossOn);
    },
  };
};

/** What a search shows of a policy. */
export const summaryOf = (policy: BookPolicy): PolicySummary => {
  const cancelled = policy.endorsements.find(({ kind }) => kind === 'cancel');
  const { insuredName, plate } = policy.personal;
  return {
    number: policy.number,
    product: policy.product,
    period: policy.period,
    ...(cancelled ? { cancelledOn: cancelled.effectiveOn } : {}),
    insuredRef: policy.insuredRef,
    personal: { insuredName, ...(plate === undefined ? {} : { plate }) },
    ...(policy.generated ? { generated: true } : {}),
  };
};
