import { expect, it } from 'vitest';
import type { Command } from '../../machines/kernel/command.ts';
import { calendarHash } from '../../machines/kernel/compile.ts';
import { isRefusal } from '../../machines/kernel/refusal.ts';
import { type Step, step } from '../../machines/kernel/step.ts';
import { createLiveCase } from '../../workflows/live-case.ts';
import { always, as, compiledOf, openingOf } from '../kernel/case-driver.ts';

// Guarantee: a run that finds the case in the store otherwise than it remembers counts with the calendars that the
// stored case counts with, as far as it has ever seen them.

const newer = { ...always, version: '2' };
const part = {
  events: { note: { by: ['handler'] } },
  machine: { initial: 'work', states: { work: { on: { note: { actions: [] } } } } },
};
const compiled = compiledOf(part);
const at = new Date().toISOString();
const recalculate: Command = {
  ...{ id: 'newer', type: 'recalculate', calendars: { always: newer }, facts: as('admin') },
};
const note = (id: string): Command => ({ id, type: 'event', event: 'note', facts: as('handler') });
const made = (result: ReturnType<typeof step>): Step => {
  if (isRefusal(result)) {
    throw new Error(result.code);
  }
  return result;
};
const opening = made(openingOf(compiled, at));
const liveCase = () => createLiveCase(compiled, opening, {}, () => undefined);
const inStore = (command: Command, calendar = always) => ({
  ...{
    state: made(step(compiledOf(part, { calendars: { always: calendar } }), opening.state, command, at))
      .state,
  },
  policy: undefined,
});

it('leaves newer ones that only it had taken, and takes them again', () => {
  const live = liveCase();
  live.take(recalculate);
  expect(live.goOnFrom(inStore(note('theirs')), 1, [recalculate])).toBe(true);
  expect(live.state()).toMatchObject({ seq: 3, calendars: { always: calendarHash(newer) } });
  expect(live.compiled().calendarHashes).toEqual(live.state().calendars);
});

it('keeps newer ones that the store has as well', () => {
  const live = liveCase();
  live.take(note('mine'));
  live.take(recalculate);
  expect(live.goOnFrom(inStore(recalculate, newer), 1, [note('mine'), recalculate])).toBe(true);
  expect(live.state().calendars).toEqual({ always: calendarHash(newer) });
  expect(live.take(note('next'))).toBeUndefined();
});

it('does not go on with those that it has never seen', () => {
  expect(liveCase().goOnFrom(inStore(recalculate, newer), 1, [])).toBe(false);
});
