import { expect, it } from 'vitest';
import type { Command } from '../../machines/kernel/command.ts';
import { withPolicy } from '../../machines/kernel/policy/adopt-policy.ts';
import { policyRef } from '../../machines/kernel/policy/policy-ref.ts';
import { currentPolicy, type Policy } from '../../machines/kernel/policy/table.ts';
import { isRefusal } from '../../machines/kernel/refusal.ts';
import { type Step, step } from '../../machines/kernel/step.ts';
import { createLiveCase } from '../../workflows/live-case.ts';
import { as, compiledOf, openingOf, sealed } from '../kernel/case-driver.ts';

// Guarantee: a run that finds the case in the store otherwise than it remembers goes on under the table that the stored
// case follows, whichever it had itself; without that table it does not go on.

const table = (version: string): Policy => ({ ...currentPolicy, id: 'ours', version });
const [first, second] = [table('1.0.0'), table('2.0.0')];
const compiled = compiledOf({
  events: { note: { by: ['handler'] } },
  machine: { initial: 'work', states: { work: { on: { note: { actions: [] } } } } },
});
const at = new Date().toISOString();
const adopt = (id: string, policy: Policy | null): Command => ({
  ...{ id, type: 'adopt-policy', policy, facts: as('admin'), reason: sealed('why') },
});
const note = (id: string): Command => ({ id, type: 'event', event: 'note', facts: as('handler') });
const made = (result: ReturnType<typeof step>): Step => {
  if (isRefusal(result)) {
    throw new Error(result.code);
  }
  return result;
};
const opening = made(openingOf(compiled, at));
const liveCase = () => createLiveCase(compiled, opening, {}, () => undefined);

it('takes the table that another life of it had stored, though it never saw the command', () => {
  const live = liveCase();
  live.take(note('mine'));
  const { state } = made(step(compiled, opening.state, adopt('theirs', first), at));
  expect(live.goOnFrom({ state, policy: first }, 1, [note('mine')])).toBe(true);
  expect(live.state()).toMatchObject({ seq: 3, policy: policyRef(first) });
  expect(live.compiled().policyRef).toEqual(policyRef(first));
  expect(live.take(note('next'))).toBeUndefined();
});

it('leaves a table that only it had taken, and takes it again', () => {
  const live = liveCase();
  live.take(adopt('mine', first));
  expect(live.compiled().policyRef).toEqual(policyRef(first));
  const { state } = made(step(compiled, opening.state, note('theirs'), at));
  expect(live.goOnFrom({ state, policy: undefined }, 1, [adopt('mine', first)])).toBe(true);
  expect(live.state()).toMatchObject({ seq: 3, policy: policyRef(first) });
  expect(live.refusalOf('mine')).toBeUndefined();
});

it('goes by the order of the store where that is another', () => {
  const live = liveCase();
  live.take(adopt('a', first));
  live.take(adopt('b', second));
  const there = made(step(compiled, opening.state, adopt('b', second), at));
  const { state } = made(step(withPolicy(compiled, second), there.state, adopt('a', first), at));
  expect(live.goOnFrom({ state, policy: first }, 1, [adopt('a', first), adopt('b', second)])).toBe(true);
  expect(live.state()).toMatchObject({ seq: 3, policy: policyRef(first) });
  expect(live.compiled().policyRef).toEqual(policyRef(first));
});

it('does not go on where the stored case follows a table that is not given', () => {
  const { state } = made(step(compiled, opening.state, adopt('theirs', first), at));
  expect(liveCase().goOnFrom({ state, policy: undefined }, 1, [])).toBe(false);
  expect(liveCase().goOnFrom({ state, policy: second }, 1, [])).toBe(false);
});
