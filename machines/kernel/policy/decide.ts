import type { Money } from '../json.ts';
import { own } from '../own.ts';
import { isNearEnough } from './near.ts';
import { coversAmount, isAmong, type Right } from './rights.ts';
import type { Policy, Scope } from './table.ts';

/** All that a decision depends on. */
export interface Question {
  act: string;
  right: Right;
  /** How near the person is to the case; what is asked without a case needs the scope `all`. */
  near?: readonly Scope[];
  /** Accounts of those who did what the act must be apart from. */
  didBefore?: readonly string[];
  owner?: string | null;
  amount?: Money;
}

/** What was decided, by which row of the table, and what it was decided by. */
export interface Decision {
  allow: boolean;
  /** `act/role`, or the act alone where no role allows it. */
  rule: string;
  policy: string;
  because: 'allowed' | 'no-rule' | 'role' | 'scope' | 'not-lent' | 'separation' | 'owner' | 'authority';
  inputs: {
    roles: string[];
    of?: string;
    near: readonly Scope[];
    amount?: Money;
    limit?: Money | null;
  };
}

/** Decides by the table. Pure; what no row allows is denied. */
export const decide = (policy: Policy, question: Question): Decision => {
  const { act, right, near = [], didBefore = [], owner = null, amount } = question;
  const row = own(policy.acts, act);
  const role = row && right.roles.find((each) => fits(own(row.by, each), near));
  const because: Decision['because'] =
    row === undefined
      ? 'no-rule'
      : role === undefined
        ? right.roles.some((each) => own(row.by, each) !== undefined)
          ? 'scope'
          : 'role'
        : row.lent === false && right.of !== undefined
          ? 'not-lent'
          : isAmong(right, didBefore)
            ? 'separation'
            : row.notOwner === true && owner !== null && isAmong(right, [owner])
              ? 'owner'
              : row.within === 'authority' && amount !== undefined && !coversAmount(right, amount)
                ? 'authority'
                : 'allowed';
  return {
    allow: because === 'allowed',
    rule: role === undefined ? act : `${act}/${role}`,
    policy: policy.version,
    because,
    inputs: {
      roles: right.roles,
      ...(right.of === undefined ? {} : { of: right.of }),
      near,
      ...(amount === undefined
        ? {}
        : { amount, limit: right.authority.find(({ currency }) => currency === amount.currency) ?? null }),
    },
  };
};

const fits = (scope: Scope | undefined, near: readonly Scope[]): boolean =>
  scope !== undefined && isNearEnough(scope, near);
