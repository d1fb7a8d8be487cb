import { describe, expect, test } from 'vitest';
import { ladderRoles } from '../../machines/kernel/deadlines.ts';
import type { DeadlineDefinition } from '../../machines/kernel/definition.ts';
import { shippedDefinitions } from '../../machines/library/index.ts';
import { shippedLadder } from '../../machines/library/notification/index.ts';
import { ladderProblems, ladderSteps } from '../../machines/notification/ladder.ts';

const clock = (kind: DeadlineDefinition['source']['kind'], more: Partial<DeadlineDefinition> = {}) => ({
  name: 'assess',
  source: { kind, rule: 'r' },
  ...more,
});
const told = (steps: ReturnType<typeof ladderSteps>) => steps.map(({ rule, tell }) => [rule, ...tell]);

describe('the shipped ladder', () => {
  test('tells nobody at half time, then owner and lead, then the lead, then the manager', () => {
    const promise = clock('company promise');
    expect(ladderSteps(shippedLadder, promise, 0.5)).toEqual([]);
    expect(told(ladderSteps(shippedLadder, promise, 0.75))).toEqual([['three-quarters', 'owner', 'lead']]);
    expect(ladderSteps(shippedLadder, promise, 0.9)).toMatchObject([
      { rule: 'ninety', tell: ['lead'], mustAct: ['lead'], urgent: false },
    ]);
    expect(told(ladderSteps(shippedLadder, promise, 1))).toEqual([['breach', 'manager']]);
  });

  test('a missed limit of law goes to compliance at once, and a day later to the head of the department', () => {
    expect(ladderSteps(shippedLadder, clock('law'), 1)).toMatchObject([
      { rule: 'breach', tell: ['manager'], urgent: true, afterMs: 0 },
      { rule: 'law-breach', tell: ['compliance'], urgent: true, afterMs: 0 },
      { rule: 'law-breach-next-day', tell: ['department-head'], urgent: true, afterMs: 86_400_000 },
    ]);
  });

  test('quiet hours are broken by law and regulator from 90 % on, and by first contact always', () => {
    const urgentAt = (each: ReturnType<typeof clock>, at: number) =>
      ladderSteps(shippedLadder, each, at).map(({ urgent }) => urgent);
    expect(urgentAt(clock('regulator'), 0.75)).toEqual([false]);
    expect(urgentAt(clock('regulator'), 0.9)).toEqual([true]);
    expect(urgentAt({ ...clock('company promise'), name: 'first-contact' }, 0.75)).toEqual([true]);
  });

  test('says what the kernel asks for, in every deadline of every shipped definition', () => {
    let compared = 0;
    for (const { deadlines = {} } of shippedDefinitions()) {
      for (const [name, deadline] of Object.entries(deadlines)) {
        const definition = deadline as DeadlineDefinition;
        for (const at of [0.5, 0.75, 0.9, 1]) {
          const steps = ladderSteps(shippedLadder, { ...definition, name }, at);
          const now = steps.filter(({ afterMs }) => afterMs === 0).flatMap(({ tell }) => tell);
          expect([name, at, ...now.toSorted()]).toEqual([
            name,
            at,
            ...ladderRoles(definition, at).toSorted(),
          ]);
          compared += 1;
        }
      }
    }
    expect(compared).toBeGreaterThan(80);
  });
});

test('whom a definition names goes before the ladder, and is as loud as the rung below', () => {
  const own = clock('company promise', {
    onWarn: [{ at: 0.8, tell: ['siu'] }],
    onBreach: { tell: ['legal'] },
  });
  expect(told(ladderSteps(shippedLadder, own, 0.8))).toEqual([['three-quarters', 'siu']]);
  expect(told(ladderSteps(shippedLadder, own, 1))).toEqual([['breach', 'legal']]);
  const half = clock('company promise', { onWarn: [{ at: 0.5, tell: ['siu'] }] });
  expect(ladderSteps(shippedLadder, half, 0.5)).toMatchObject([{ tell: ['siu'], send: false }]);
});

test.each([
  [{ ...shippedLadder, rungs: [] }, '/rungs'],
  [{ ...shippedLadder, digestAt: '25:00' }, '/digestAt'],
  [{ ...shippedLadder, surprise: 1 }, '/surprise'],
  [{ ...shippedLadder, rungs: [shippedLadder.rungs[1], shippedLadder.rungs[1]] }, '/rungs/1/id'],
  [{ ...shippedLadder, rungs: [{ ...shippedLadder.rungs[1], after: 'PT24H' }] }, '/rungs/0/after'],
])('a ladder that is none is refused where it is wrong (%#)', (ladder, pointer) => {
  expect(ladderProblems(ladder).map((problem) => problem.pointer)).toContain(pointer);
});
