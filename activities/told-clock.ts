import type { CaseRow } from '../db/read/get-case.ts';
import type { DeadlineDefinition, RuntimeDefinition } from '../machines/kernel/definition.ts';
import { ownClockTitle } from '../machines/kernel/own-clock-title.ts';
import type { CaseState } from '../machines/kernel/state.ts';
import { holderOf } from '../machines/notification/open-places.ts';

/** A definition as far as its clocks go: the document has their titles, the runtime part what profiles change. */
export interface ClockSource {
  document: { deadlines?: { [name: string]: DeadlineDefinition } };
  runtime: Pick<RuntimeDefinition, 'deadlines' | 'profiles'>;
}

/** What a case's clock is by its definition and profile, or, where a person or a seat began it, by the case itself. */
export const deadlineOf = (
  { document, runtime }: ClockSource,
  { profile, state }: Pick<CaseRow, 'profile' | 'state'>,
  name: string,
): DeadlineDefinition | undefined => {
  const base = document.deadlines?.[name] ?? runtime.deadlines?.[name];
  const change = profile === null ? undefined : runtime.profiles?.[profile]?.deadlines[name];
  if (base || change) {
    return { ...base, ...change } as DeadlineDefinition;
  }
  const title = ownClockTitle(state, name);
  const rule = state.deadlines[name]?.rule;
  return title && rule && { ...rule, title };
};

/**
 * Who keeps a clock that no definition has: whoever gave the promise, or the superior who is to name the owner (null: any
 * of them). Undefined for all others, which are kept by who works on the case.
 */
export const keeperOf = (state: CaseState, name: string): string | null | undefined => {
  const adHoc = state.deadlines[name]?.adHoc;
  return adHoc?.kind === 'owner' ? (state.handover?.superior ?? null) : adHoc?.by;
};

/**
 * Who has the case's open tasks; of a clock that runs for a state with an open task, who has that one; of a seat's own, who has or
 * had that seat.
 */
export const workersOf = (
  { tasks }: Pick<CaseState, 'tasks'>,
  clock: DeadlineDefinition | undefined,
  seat?: string,
): (string | null)[] => {
  if (seat !== undefined) {
    return [holderOf(tasks, seat)];
  }
  const states = (clock?.starts ?? []).flatMap((trigger) =>
    'enter' in trigger ? [trigger.enter].flat() : [],
  );
  const open = Object.values(tasks).filter(({ status }) => status === 'open');
  const ofClock = open.filter(({ state }) => states.includes(state));
  return (ofClock.length > 0 ? ofClock : open).map(({ assignee }) => assignee);
};
