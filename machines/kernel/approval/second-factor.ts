import type { Approval } from './approval.ts';

/**
 * Whether whoever acts on a seat must have proved a second factor: the amount is above what the plan lets pass without.
 * An amount in a currency that the plan does not name cannot be compared, and is taken for a large one.
 */
export const asksSecondFactor = ({
  plan: { secondFactorAbove },
  amount,
}: Pick<Approval, 'plan' | 'amount'>): boolean => {
  if (secondFactorAbove === undefined || amount === undefined) {
    return false;
  }
  const limit = secondFactorAbove.find(({ currency }) => currency === amount.currency);
  return limit === undefined || amount.amount > limit.amount;
};
