/** A civil date as a whole number of days since 1970-01-01 in the proleptic Gregorian calendar. */
export type DayNumber = number;

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/**
 * The day number of a year, month (1-12) and day of month, by counting days in 400-year eras that start on
 * 1 March, so that the leap day is the last of its year and no table is needed.
 */
const dayOf = (year: number, month: number, dayOfMonth: number): DayNumber => {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + dayOfMonth - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
};

/** The year, month (1-12) and day of month of a day number: the inverse of `dayOf`. */
const partsOf = (day: DayNumber): { year: number; month: number; dayOfMonth: number } => {
  const z = day + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    dayOfMonth: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1,
  };
};

const daysInMonth = (year: number, month: number): number =>
  month === 12 ? 31 : dayOf(year, month + 1, 1) - dayOf(year, month, 1);

/** The day number of year, month and day of month, or undefined when there is no such date. */
export const dayNumberOf = (year: number, month: number, dayOfMonth: number): DayNumber | undefined =>
  month < 1 || month > 12 || dayOfMonth < 1 || dayOfMonth > daysInMonth(year, month)
    ? undefined
    : dayOf(year, month, dayOfMonth);

/** Whether the text is a civil date `YYYY-MM-DD` that exists. */
export const isCivilDate = (on: string): boolean => {
  const match = DATE.exec(on);
  return match !== null && dayNumberOf(Number(match[1]), Number(match[2]), Number(match[3])) !== undefined;
};

/** The day number of a civil date `YYYY-MM-DD`. @throws RangeError for anything else, 30 February included. */
export const dayNumber = (on: string): DayNumber => {
  const match = DATE.exec(on);
  const day = match ? dayNumberOf(Number(match[1]), Number(match[2]), Number(match[3])) : undefined;
  if (day === undefined) {
    throw new RangeError(`Not a date (YYYY-MM-DD): "${on}"`);
  }
  return day;
};

/** The civil date `YYYY-MM-DD` of a day number. @throws RangeError outside the years 0 to 9999. */
export const civilDate = (day: DayNumber): string => {
  const { year, month, dayOfMonth } = partsOf(day);
  if (!(year >= 0 && year <= 9999)) {
    throw new RangeError(`No four-digit year: day ${day}`);
  }
  const pad = (value: number) => (value < 10 ? `0${value}` : `${value}`);
  return `${String(year).padStart(4, '0')}-${pad(month)}-${pad(dayOfMonth)}`;
};

/** ISO weekday: 1 is Monday, 7 is Sunday. */
export const weekdayOf = (day: DayNumber): number => ((((day + 3) % 7) + 7) % 7) + 1;

/**
 * The same day of the month, `months` later. A month without that day gives its last one: 31 January and a month
 * is 28 or 29 February (民法典 art. 202).
 */
export const addMonths = (day: DayNumber, months: number): DayNumber => {
  if (months === 0) {
    return day;
  }
  const { year, month, dayOfMonth } = partsOf(day);
  const index = year * 12 + (month - 1) + months;
  const targetYear = Math.floor(index / 12);
  const targetMonth = index - targetYear * 12 + 1;
  return dayOf(targetYear, targetMonth, Math.min(dayOfMonth, daysInMonth(targetYear, targetMonth)));
};
