import { type Calendar, DAYS_PER_CHARACTER, readCalendar } from './calendar.ts';
import { civilDate } from './civil-date.ts';
import { DAY_MS, instantMs } from './instant.ts';
import { localDay } from './zone-offset.ts';

/** Kept on both sides of what is asked for, so that a start corrected by some days stays inside. */
const MARGIN_DAYS = 31;

/**
 * The part of a calendar that covers two instants and 31 days on either side, where the calendar itself does. Within
 * it every answer equals the whole calendar's; outside, the plain week holds and dates are provisional. Pass the
 * case's real start, not the moment of its recording, and an end later than its longest business-day deadline.
 * Three years of days and offsets take about 500 bytes.
 * @throws RangeError when the second instant is earlier than the first.
 */
export const sliceCalendar = (calendar: Calendar, fromAt: string, toAt: string): Calendar => {
  const fromMs = instantMs(fromAt);
  const toMs = instantMs(toAt);
  if (toMs < fromMs) {
    throw new RangeError(`A calendar slice ends before it starts: ${fromAt}, ${toAt}`);
  }
  const { offsets, firstDay, days } = readCalendar(calendar);
  const firstWanted = localDay(offsets, fromMs) - MARGIN_DAYS;
  const lastWanted = localDay(offsets, toMs) + MARGIN_DAYS;

  // Outside the calendar one character stays: an empty `days` would mean that the plain week is the published rule.
  const lastCharacter = Math.max(days.length - 1, 0);
  const clamp = (index: number) => Math.min(Math.max(index, 0), lastCharacter);
  const from = clamp(Math.floor((firstWanted - firstDay) / DAYS_PER_CHARACTER));
  const to = clamp(Math.floor((lastWanted - firstDay) / DAYS_PER_CHARACTER));

  // The change after the end stays as the bound of what is known, and so do at least two of several.
  const startMs = (firstWanted - 1) * DAY_MS;
  const endMs = (lastWanted + 2) * DAY_MS;
  const lastOffset = offsets.length - 1;
  const begun = offsets.findLastIndex((offset) => offset.fromMs <= startMs);
  const firstKept = Math.max(Math.min(begun, lastOffset - 1), 0);
  const after = offsets.findIndex((offset) => offset.fromMs > endMs);
  const lastKept = after === -1 ? lastOffset : Math.min(Math.max(after, 1), lastOffset);

  return {
    ...calendar,
    offsets: calendar.offsets.slice(firstKept, lastKept + 1),
    firstOn: civilDate(firstDay + from * DAYS_PER_CHARACTER),
    days: days.slice(from, to + 1),
  };
};
