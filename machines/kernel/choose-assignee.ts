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
 * - `sameAs`: as least-loaded.
 * - `by-hand`: nobody.
 *
 * @param preferred who goes before all others, the first of them who is a candidate: whoever did the earlier step, was
 * named by an expression or a table, or is the nearest superior
 */
export const chooseAssignee = (
  policy: AssignmentPolicy,
  candidates: readonly AssigneeCandidate[],
  preferred: readonly string[] = [],
): string | undefined => {
  const wanted = preferred.find((id) => candidates.some((candidate) => candidate.id === id));
  if (wanted !== undefined || policy === 'by-hand') {
    return wanted;
  }
  const before = policy === 'round-robin' ? byTurn : byLoad;
  return candidates.reduce<AssigneeCandidate | undefined>(
    (best, next) => (best === undefined || before(next, best) < 0 ? next : best),
    undefined,
  )?.id;
};

const byTurn = (left: AssigneeCandidate, right: AssigneeCandidate): number =>
  compare(left.lastOpenedAt ?? '', right.lastOpenedAt ?? '') || compare(left.id, right.id);

const byLoad = (left: AssigneeCandidate, right: AssigneeCandidate): number =>
  left.openTasks - right.openTasks || byTurn(left, right);

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
