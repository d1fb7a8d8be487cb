import type { Fault } from './finding.ts';
import type { LogRow } from './tables.ts';

/**
 * Walks the log's leaves of one case, or of a tenant's records, beside what they stand for: each has exactly one leaf,
 * with its hash, and later things lie later in the log.
 */
export const logPlaces = (rows: Iterator<LogRow>) => {
  let lastIndex = -1;
  let next = rows.next();
  const surplus = (): Fault => ({
    code: 'LOG_LEAF_WITHOUT_SOURCE',
    what: `the log has a leaf for number ${next.done ? 0 : next.value.number}, which is not stored`,
  });
  return {
    /** What is wrong with the leaf of the thing with this number; numbers rise from call to call. */
    faultOf(number: number, hash: string): Fault | undefined {
      if (next.done || next.value.number > number) {
        return { code: 'LOG_LEAF_MISSING', what: 'the log has no leaf for it' };
      }
      if (next.value.number < number) {
        return surplus();
      }
      const { hash: logged, index } = next.value;
      next = rows.next();
      if (logged !== hash) {
        return { code: 'LOG_LEAF_DIFFERS', what: 'its leaf in the log has another hash' };
      }
      if (index !== null && index < lastIndex) {
        return { code: 'LOG_LEAF_DIFFERS', what: 'the log has it before an earlier one' };
      }
      lastIndex = index ?? lastIndex;
      return undefined;
    },
    /** What is wrong with the leaves that are left when all numbers have been asked for. */
    faultAtEnd: (): Fault | undefined => (next.done ? undefined : surplus()),
    close: (): void => {
      rows.return?.();
    },
  };
};
