import type { Seat } from './approval.ts';
import type { ApprovalStep } from './plan.ts';

type Result = 'open' | 'passed' | 'rejected';

/**
 * What the seats of a step have come to. Seats asked for beside the plan must all approve and count towards no quorum,
 * so asking one more person never makes a decision easier. A step is rejected as soon as it can no longer pass.
 */
export const stepResult = (rule: ApprovalStep['rule'], seats: Seat[]): Result => {
  const planned = seats.filter(({ addedBy }) => addedBy === undefined);
  const added = seats.filter(({ addedBy }) => addedBy !== undefined);
  const results = [resultOf(rule, planned), resultOf('all', added)];
  return results.includes('rejected') ? 'rejected' : results.includes('open') ? 'open' : 'passed';
};

const resultOf = (rule: ApprovalStep['rule'], seats: Seat[]): Result => {
  const count = (status: Seat['status']): number => seats.filter((seat) => seat.status === status).length;
  const approved = count('approved');
  if (rule === 'any') {
    return approved > 0 ? 'passed' : count('rejected') > 0 ? 'rejected' : 'open';
  }
  const needed = typeof rule === 'object' ? rule.quorum : seats.length;
  return approved >= needed ? 'passed' : approved + count('undecided') >= needed ? 'open' : 'rejected';
};
