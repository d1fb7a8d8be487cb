import { type Duration, parseDuration } from './duration.ts';
import { DAY_MS, HOUR_MS } from './instant.ts';

/** What a length is counted in. `elapsed` is plain time; the other two skip what the calendar does not work. */
export type Count = 'calendar-days' | 'business-days' | 'business-hours' | 'elapsed';

/** How long a deadline runs. */
export interface ClockRule {
  /**
   * ISO 8601 length. Counted in days, a length with a time part (`PT24H`) is plain elapsed time all the same; a week
   * is seven of the days counted, so `P1W` of business days is seven business days.
   */
  limit: string;
  count: Count;
  /**
   * What happens when a length in days ends on a day that does not work: `same` (default) leaves it there,
   * `next-business` moves it on, `previous-business` moves it back to the latest working day after the start day, if
   * there is one. Without effect on lengths in hours.
   */
  lastDay?: 'same' | 'next-business' | 'previous-business';
  /** Fractions of the counted time, above 0 and at most 1, at which to warn. */
  warnAt: number[];
}

/** A rule taken apart. `count` is `elapsed` wherever the length is plain time. */
export interface ParsedClockRule {
  readonly count: Count;
  readonly length: Duration;
  readonly lastDay: 'same' | 'next-business' | 'previous-business';
}

/** The longest lengths that are counted day by day; a longer one is a slip of the pen. */
export const BUSINESS_DAYS_MAX = 1000;
export const BUSINESS_HOURS_MAX = 10_000;

/** A clock rule that means nothing; `problem` says why. */
export class InvalidClockRule extends RangeError {
  readonly problem: string;

  constructor(problem: string) {
    super(problem);
    this.name = 'InvalidClockRule';
    this.problem = problem;
  }
}

const withTimePart = (limit: string): boolean => limit.includes('T');

/** Why the rule cannot be counted, as a sentence, or undefined when it can. For lint, and before it is stored. */
export const clockRuleProblem = (rule: ClockRule): string | undefined => {
  const length = parseDuration(rule.limit);
  if (length === undefined) {
    return `"${rule.limit}" is not an ISO 8601 length such as P15D, P8W or PT24H`;
  }
  const dateAndTime = withTimePart(rule.limit) && (length.months > 0 || length.days > 0);
  if (dateAndTime && rule.count !== 'elapsed') {
    return `"${rule.limit}" mixes days and hours: count it in days or in hours`;
  }
  if (length.months > 0 && rule.count !== 'calendar-days') {
    return `"${rule.limit}" has months or years, which only calendar days can count`;
  }
  if (rule.count === 'business-hours' && !withTimePart(rule.limit)) {
    return `"${rule.limit}" is a length in days: write business hours as PT8H`;
  }
  if (rule.count === 'business-hours' && length.ms > BUSINESS_HOURS_MAX * HOUR_MS) {
    return `"${rule.limit}" is longer than ${BUSINESS_HOURS_MAX} business hours`;
  }
  if (rule.count === 'business-days' && length.days > BUSINESS_DAYS_MAX) {
    return `"${rule.limit}" is longer than ${BUSINESS_DAYS_MAX} business days`;
  }
  const fraction = rule.warnAt.find((value) => !(value > 0 && value <= 1));
  return fraction === undefined
    ? undefined
    : `A warning at ${fraction} is not a fraction above 0 and up to 1`;
};

/** Takes a rule apart. @throws InvalidClockRule where `clockRuleProblem` has one to tell. */
export const parseClockRule = (rule: ClockRule): ParsedClockRule => {
  const length = parseDuration(rule.limit);
  const problem = clockRuleProblem(rule);
  if (length === undefined || problem !== undefined) {
    throw new InvalidClockRule(problem ?? rule.limit);
  }
  const lastDay = rule.lastDay ?? 'same';
  const plainTime = rule.count === 'elapsed' || (withTimePart(rule.limit) && rule.count !== 'business-hours');
  return plainTime
    ? { count: 'elapsed', length: { months: 0, days: 0, ms: length.ms + length.days * DAY_MS }, lastDay }
    : { count: rule.count, length, lastDay };
};
