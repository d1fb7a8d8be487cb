import { type Calendar, DAY_ALPHABET } from './calendar.ts';
import { isCivilDate } from './civil-date.ts';
import { DAY_MS, instantMs, isInstant, MINUTE_MS } from './instant.ts';

const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
const WEEK = /^(?=.*1)[01]{7}$/;
const OFFSET_MINUTES_MAX = 14 * 60;

/**
 * Why a calendar cannot be used, as a sentence, or undefined when it can. For a calendar that comes from outside:
 * arithmetic trusts one that passed. A zone whose clocks go back over midnight, so that a local date comes twice, is
 * refused: its days would have two starts.
 */
export const calendarProblem = (calendar: Calendar): string | undefined => {
  if (!isCivilDate(calendar.firstOn)) {
    return `firstOn: "${calendar.firstOn}" is not a date`;
  }
  if (!isCivilDate(calendar.publishedUntil)) {
    return `publishedUntil: "${calendar.publishedUntil}" is not a date`;
  }
  const stranger = [...calendar.days].find((character) => !DAY_ALPHABET.includes(character));
  if (stranger !== undefined) {
    return `days: "${stranger}" is not a base64url character`;
  }
  if (calendar.week !== undefined && !WEEK.test(calendar.week)) {
    return `week: "${calendar.week}" is not seven of 0 and 1 with a working day`;
  }
  return offsetsProblem(calendar.offsets) ?? hoursProblem(calendar.hours);
};

const offsetsProblem = (offsets: Calendar['offsets']): string | undefined => {
  if (offsets.length === 0) {
    return 'offsets: there is none';
  }
  for (const [index, [fromAt, minutes]] of offsets.entries()) {
    if (!isInstant(fromAt)) {
      return `offsets: "${fromAt}" is not an instant`;
    }
    if (!Number.isInteger(minutes) || Math.abs(minutes) > OFFSET_MINUTES_MAX) {
      return `offsets: ${minutes} is not a number of whole minutes up to 14 hours`;
    }
    const previous = offsets[index - 1];
    if (previous === undefined) {
      continue;
    }
    const atMs = instantMs(fromAt);
    if (atMs - instantMs(previous[0]) < 2 * DAY_MS) {
      return `offsets: ${fromAt} is not two days after the change before it`;
    }
    // The last millisecond before the change shows a later local date than the change itself.
    const dayBefore = Math.floor((atMs - 1 + previous[1] * MINUTE_MS) / DAY_MS);
    if (dayBefore > Math.floor((atMs + minutes * MINUTE_MS) / DAY_MS)) {
      return `offsets: at ${fromAt} the clocks go back to a date that was over`;
    }
  }
  return undefined;
};

const hoursProblem = (hours: Calendar['hours']): string | undefined => {
  if (hours.length === 0) {
    return 'hours: there is none';
  }
  let end = '';
  for (const { from, to } of hours) {
    if (!TIME.test(from) || !(TIME.test(to) || to === '24:00')) {
      return `hours: "${from}" to "${to}" are not times of the day (HH:MM)`;
    }
    if (from >= to || from < end) {
      return `hours: ${from} to ${to} is empty or overlaps what stands before it`;
    }
    end = to;
  }
  return undefined;
};
