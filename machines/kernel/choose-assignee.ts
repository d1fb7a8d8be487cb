import type { AssignmentPolicy } from './definition.ts';

/** Somebody who may do a task, with what the policies look at. */
export interface AssigneeCandidate {
  id: string;
  openTasks: number;
  /** When the person's latest task was opened, RFC 3339; null: has none. */
  lastOpenedAt: string | null;
}

/**
 * Chooses who gets a task; undefined where nobody may. Candidates are those who may do it already; ties go to who has
 * waited longest for a task, then to the lower id, so that the same question has one answer.
 *
 * - `least-loaded`: the fewest open tasks.
 * - `round-robin`: who has waited longest for a task.
 * - `sameAs`: `samePerson` where still a candidate, else as least-loaded.
 * - `by-hand`: nobody.
 */
export const chooseAssignee = (
  policy: AssignmentPolicy,
  candidates: AssigneeCandidate[],
  samePerson?: string,
): string | undefined => {
  if (policy === 'by-hand') {
    return undefined;
  }
  if (typeof policy === 'object' && candidates.some(({ id }) => id === samePerson)) {
    return samePerson;
  }
  const byLoad = policy !== 'round-robin';
  const [first] = [...candidates].sort(
    (left, right) =>
      (byLoad ? left.openTasks - right.openTasks : 0) ||
      compare(left.lastOpenedAt ?? '', right.lastOpenedAt ?? '') ||
      compare(left.id, right.id),
  );
  return first?.id;
};

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
