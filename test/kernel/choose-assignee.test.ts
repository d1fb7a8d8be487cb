import { describe, expect, test } from 'vitest';
import { type AssigneeCandidate, chooseAssignee } from '../../machines/kernel/choose-assignee.ts';

const candidate = (id: string, openTasks: number, lastOpenedAt: string | null = null): AssigneeCandidate => ({
  id,
  openTasks,
  lastOpenedAt,
});

describe('chooseAssignee', () => {
  test.each([
    ['the fewest open tasks', 'least-loaded', [candidate('a', 2), candidate('b', 1)], 'b'],
    [
      'of equals who waits longest',
      'least-loaded',
      [candidate('a', 1, '2026-02-02'), candidate('b', 1, '2026-02-01')],
      'b',
    ],
    [
      'who never had one before who had',
      'least-loaded',
      [candidate('a', 0, '2026-02-02'), candidate('b', 0)],
      'b',
    ],
    ['of equals the lower id', 'least-loaded', [candidate('b', 1), candidate('a', 1)], 'a'],
    [
      'by turns whatever the load',
      'round-robin',
      [candidate('a', 0, '2026-02-02'), candidate('b', 9, '2026-02-01')],
      'b',
    ],
    ['nobody by hand', 'by-hand', [candidate('a', 0)], undefined],
    ['nobody of none', 'least-loaded', [], undefined],
  ] as const)('%s', (_what, policy, candidates, chosen) => {
    expect(chooseAssignee(policy, [...candidates])).toBe(chosen);
    expect(chooseAssignee(policy, [...candidates].reverse())).toBe(chosen);
  });

  test('the same person as before, where still a candidate', () => {
    const candidates = [candidate('a', 0), candidate('b', 5)];
    expect(chooseAssignee({ sameAs: 'first' }, candidates, ['b'])).toBe('b');
    expect(chooseAssignee({ sameAs: 'first' }, candidates, ['gone'])).toBe('a');
    expect(chooseAssignee({ sameAs: 'first' }, candidates)).toBe('a');
  });

  test('who is preferred goes first, in that order, also where nobody else would be chosen', () => {
    const candidates = [candidate('a', 0), candidate('b', 5), candidate('c', 9)];
    expect(chooseAssignee('least-loaded', candidates, ['gone', 'c', 'b'])).toBe('c');
    expect(chooseAssignee('by-hand', candidates, ['b'])).toBe('b');
    expect(chooseAssignee('by-hand', candidates, ['gone'])).toBeUndefined();
  });
});
