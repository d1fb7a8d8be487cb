import type { Calendar } from '../machines/kernel/calendar.ts';
import { type Compiled, compile } from '../machines/kernel/compile.ts';
import { withPolicy } from '../machines/kernel/policy/adopt-policy.ts';
import type { Policy } from '../machines/kernel/policy/table.ts';
import type { CaseState } from '../machines/kernel/state.ts';

/** What a run has at hand to go on as the stored case does. */
interface AtHand {
  /** Calendar slices that the run has counted with, by their hash. */
  seen: ReadonlyMap<string, Calendar>;
  /** The company's own table that the stored case follows. */
  policy: Policy | undefined;
}

/**
 * The definition with the calendars and the table that the stored case goes by: the run may have taken some that are not
 * in it, or not have seen some that are.
 *
 * @returns undefined where one of them is not at hand
 */
export const compiledLike = (
  stored: CaseState,
  compiled: Compiled,
  { seen, policy }: AtHand,
): Compiled | undefined => {
  const counting = hasCalendars(stored, compiled)
    ? compiled
    : recompiled(compiled, calendarsOf(stored, seen));
  const decided = hasPolicy(stored, counting)
    ? counting
    : withPolicy(counting, stored.policy === undefined ? null : (policy ?? null));
  return hasCalendars(stored, decided) && hasPolicy(stored, decided) ? decided : undefined;
};

export const seeCalendars = (seen: Map<string, Calendar>, { calendars, calendarHashes }: Compiled): void => {
  for (const [id, hash] of Object.entries(calendarHashes)) {
    seen.set(hash, calendars[id] as Calendar);
  }
};

/** The definition with newer slices of the calendars that it counts with. */
export const recompiled = (compiled: Compiled, calendars: Compiled['calendars']): Compiled => {
  const pinned = Object.entries(compiled.input.calendars);
  const newer = Object.fromEntries(pinned.map(([id, calendar]) => [id, calendars[id] ?? calendar]));
  return compile({ ...compiled.input, calendars: newer }, compiled.languages);
};

const hasCalendars = ({ calendars }: CaseState, { calendarHashes }: Compiled): boolean =>
  Object.entries(calendarHashes).every(([id, hash]) => calendars[id] === hash);

const hasPolicy = ({ policy }: CaseState, { policyRef }: Compiled): boolean =>
  policy?.hash === policyRef?.hash;

const calendarsOf = (
  { calendars }: CaseState,
  seen: ReadonlyMap<string, Calendar>,
): { [id: string]: Calendar } =>
  Object.fromEntries(
    Object.entries(calendars).flatMap(([id, hash]) => {
      const slice = seen.get(hash);
      return slice === undefined ? [] : [[id, slice]];
    }),
  );
