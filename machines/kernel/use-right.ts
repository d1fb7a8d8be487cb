import type { Facts } from './command.ts';
import { type Right, rightsOf } from './policy/rights.ts';
import { mayUseBy } from './policy.ts';
import type { Cause, Run } from './run.ts';

/** Has the entry name whose right was used, where it was lent to whoever acted. */
export const nameRight = (cause: Cause, { of }: Pick<Right, 'of'>): void => {
  if (of !== undefined) {
    cause.rightOf = of;
  }
};

/**
 * Whether the table lets somebody use a verb of the engine's own: by their own right, else by the first lent one that
 * does, which the entry then names.
 *
 * @param suffices whether a right needs no word of the table
 */
export const usesRight = (
  run: Run,
  facts: Facts,
  verb: string,
  cause: Cause,
  suffices: (right: Right) => boolean = () => false,
): boolean => {
  const right = rightsOf(run.policy, facts).find(
    (each) => suffices(each) || mayUseBy(run.policy, each, verb, run.state),
  );
  if (right === undefined) {
    return false;
  }
  nameRight(cause, right);
  return true;
};
