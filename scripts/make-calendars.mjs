// Makes machines/library/calendars/*.json. Run `node scripts/make-calendars.mjs` after a new year's holidays are out
// (npm chinese-days, gov.uk/bank-holidays), with `version` raised; a test compares the files with this script's output.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const DAY_MS = 86_400_000;
const FIRST_ON = '2008-01-01';
// Offsets reach further than days: a retention of ten years asks for the offset of its last midnight.
const OFFSETS_UNTIL_MS = Date.UTC(2046, 0, 1);
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

const chineseDays = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve('chinese-days/dist/chinese-days.json'), 'utf8'),
);

const ms = (on) => Date.parse(`${on}T00:00:00Z`);
const date = (atMs) => new Date(atMs).toISOString().slice(0, 10);
const on = (year, month, day) => date(Date.UTC(year, month - 1, day));
const add = (day, days) => date(ms(day) + days * DAY_MS);
/** 0 is Sunday. */
const weekday = (day) => new Date(ms(day)).getUTCDay();
const isWeekend = (day) => weekday(day) === 0 || weekday(day) === 6;
const years = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** The n-th of a weekday in a month; the last one for n = -1. */
const nth = (year, month, day, n) => {
  if (n === -1) {
    const last = date(Date.UTC(year, month, 0));
    return add(last, -((weekday(last) - day + 7) % 7));
  }
  const first = on(year, month, 1);
  return add(first, ((day - weekday(first) + 7) % 7) + (n - 1) * 7);
};

/** Easter Sunday in the Gregorian calendar (the anonymous algorithm of 1876). */
const easter = (year) => {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 19 * l) / 433);
  const month = Math.floor((h + l - 7 * m + 90) / 25);
  return on(year, month, (h + l - 7 * m + 33 * month + 19) % 32);
};

/** Bank holidays of England and Wales, each year's own exceptions by royal proclamation included. */
const englandAndWales = (year) => {
  const holidays = [];
  // A holiday on a weekend is replaced by the next weekday that is not one already.
  const withSubstitute = (day) => {
    let substitute = day;
    while (isWeekend(substitute) || holidays.includes(substitute)) {
      substitute = add(substitute, 1);
    }
    holidays.push(substitute);
  };
  withSubstitute(on(year, 1, 1));
  holidays.push(add(easter(year), -2), add(easter(year), 1));
  // 2020: early May moved to the 75th anniversary of VE Day.
  holidays.push(year === 2020 ? '2020-05-08' : nth(year, 5, 1, 1));
  // 2012 and 2022: spring moved to adjoin the Queen's diamond and platinum jubilees.
  holidays.push({ 2012: '2012-06-04', 2022: '2022-06-02' }[year] ?? nth(year, 5, 1, -1));
  holidays.push(nth(year, 8, 1, -1));
  // Christmas on a Sunday and Boxing Day on the Monday: Boxing Day stays, Christmas moves to the Tuesday.
  const christmas = on(year, 12, 25);
  const boxing = on(year, 12, 26);
  if (isWeekend(boxing)) {
    withSubstitute(christmas);
    withSubstitute(boxing);
  } else {
    holidays.push(boxing);
    withSubstitute(christmas);
  }
  const extra = {
    2011: ['2011-04-29'], // royal wedding
    2012: ['2012-06-05'], // diamond jubilee
    2022: ['2022-06-03', '2022-09-19'], // platinum jubilee, state funeral of Queen Elizabeth II
    2023: ['2023-05-08'], // coronation of King Charles III
  };
  return [...holidays, ...(extra[year] ?? [])];
};

/** Federal holidays of the United States: 5 U.S.C. 6103(a), on a Saturday observed on Friday, on a Sunday on Monday. */
const usFederal = (year) => {
  const observed = (day) => add(day, { 6: -1, 0: 1 }[weekday(day)] ?? 0);
  return [
    observed(on(year, 1, 1)),
    nth(year, 1, 1, 3), // Birthday of Martin Luther King, Jr.
    nth(year, 2, 1, 3), // Washington's Birthday
    nth(year, 5, 1, -1), // Memorial Day
    ...(year >= 2021 ? [observed(on(year, 6, 19))] : []), // Juneteenth
    observed(on(year, 7, 4)),
    nth(year, 9, 1, 1), // Labor Day
    nth(year, 10, 1, 2), // Columbus Day
    observed(on(year, 11, 11)), // Veterans Day
    nth(year, 11, 4, 4), // Thanksgiving Day
    observed(on(year, 12, 25)),
  ];
};

/** One bit per day from `FIRST_ON`, six to a character; a last character not full is filled by the plain week. */
const encodeDays = (untilOn, works) => {
  const count = Math.round((ms(untilOn) - ms(FIRST_ON)) / DAY_MS) + 1;
  let text = '';
  for (let start = 0; start < count; start += 6) {
    let value = 0;
    for (let day = start; day < start + 6; day += 1) {
      const at = add(FIRST_ON, day);
      value = value * 2 + Number(day < count ? works(at) : !isWeekend(at));
    }
    text += ALPHABET[value];
  }
  return text;
};

const daysWithout = (holidays, untilOn) => {
  const off = new Set(holidays);
  return encodeDays(untilOn, (day) => !isWeekend(day) && !off.has(day));
};

/** The UTC offset changes of a zone, by bisection between days on which the offset differs. */
const offsetsOf = (zone) => {
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
  const minutesAt = (atMs) => {
    const name = format.formatToParts(atMs).find(({ type }) => type === 'timeZoneName')?.value;
    const match = /^GMT(?:([+-])(\d\d):(\d\d))?$/.exec(name);
    return match[1] ? (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) : 0;
  };
  // The first entry covers the local start of the first day.
  const startMs = ms(FIRST_ON) - DAY_MS;
  const offsets = [[new Date(startMs).toISOString(), minutesAt(startMs)]];
  for (let dayMs = startMs; dayMs < OFFSETS_UNTIL_MS; dayMs += DAY_MS) {
    let [low, high] = [dayMs, dayMs + DAY_MS];
    if (minutesAt(low) !== minutesAt(high)) {
      while (high - low > 60_000) {
        const middle = low + Math.floor((high - low) / 120_000) * 60_000;
        [low, high] = minutesAt(middle) === minutesAt(low) ? [middle, high] : [low, middle];
      }
      offsets.push([new Date(high).toISOString(), minutesAt(high)]);
    }
  }
  return offsets;
};

/** Every shipped calendar. */
export const makeCalendars = () => [
  {
    id: 'always',
    version: '1',
    title: { zh: '全年无休', en: 'Every day, all day' },
    zone: 'Etc/UTC',
    offsets: [['1970-01-01T00:00:00.000Z', 0]],
    firstOn: '1970-01-01',
    days: '',
    week: '1111111',
    publishedUntil: '9999-12-31',
    hours: [{ from: '00:00', to: '24:00' }],
    source: { rule: 'none: every day works from 00:00 to 24:00 UTC', checked: 'by definition' },
  },
  {
    id: 'cn',
    version: '2026.1',
    title: { zh: '中国法定工作日（含调休）', en: 'China, with make-up working days' },
    zone: 'Asia/Shanghai',
    offsets: [['1991-09-14T17:00:00.000Z', 480]],
    firstOn: FIRST_ON,
    days: encodeDays(
      '2026-12-31',
      (day) => day in chineseDays.workdays || (!isWeekend(day) && !(day in chineseDays.holidays)),
    ),
    publishedUntil: '2026-12-31',
    hours: [
      { from: '09:00', to: '12:00' },
      { from: '13:30', to: '17:30' },
    ],
    source: {
      rule: '国务院办公厅关于部分节假日安排的通知, every year 2008-2026',
      checked:
        'secondary source: npm chinese-days 1.5.7, equal to Python holidays 0.109; the hours are an example, set your own',
    },
  },
  {
    id: 'england-wales',
    version: '2026.1',
    title: { zh: '英格兰和威尔士', en: 'England and Wales' },
    zone: 'Europe/London',
    offsets: offsetsOf('Europe/London'),
    firstOn: FIRST_ON,
    days: daysWithout(years(2008, 2027).flatMap(englandAndWales), '2027-12-31'),
    publishedUntil: '2027-12-31',
    hours: [{ from: '09:00', to: '17:00' }],
    source: {
      rule: 'Banking and Financial Dealings Act 1971, Schedule 1, and royal proclamations',
      checked:
        'computed by rule, equal to Python holidays 0.109, not read from gov.uk; the hours are an example, set your own',
    },
  },
  {
    id: 'us-federal',
    version: '2026.1',
    title: { zh: '美国联邦', en: 'United States, federal' },
    zone: 'America/New_York',
    offsets: offsetsOf('America/New_York'),
    firstOn: FIRST_ON,
    // With 2031, whose New Year's Day, were it a Saturday, would be observed in 2030.
    days: daysWithout(years(2008, 2031).flatMap(usFederal), '2030-12-31'),
    publishedUntil: '2030-12-31',
    hours: [{ from: '09:00', to: '17:00' }],
    source: {
      rule: '5 U.S.C. 6103; no Inauguration Day, no closing by executive order, no state holidays',
      checked:
        'computed by rule, equal to Python holidays 0.109, not read from opm.gov; the hours are an example, set your own',
    },
  },
];

/** A calendar as the repository's formatter writes it: an offset and a field of the source a line. */
export const calendarFile = (calendar) => {
  const line = (value) =>
    JSON.stringify(value, null, 1).replace(/\n */g, ' ').replace(/\[ /g, '[').replace(/ \]/g, ']');
  const lines = (open, items, close) => `${open}\n    ${items.join(',\n    ')}\n  ${close}`;
  const text = (key, value) => {
    if (key === 'offsets' && value.length > 1) {
      return lines('[', value.map(line), ']');
    }
    if (key === 'source' && line(value).length > 90) {
      return lines(
        '{',
        Object.entries(value).map(([name, words]) => `"${name}": ${line(words)}`),
        '}',
      );
    }
    return line(value);
  };
  const fields = Object.entries(calendar).map(([key, value]) => `  "${key}": ${text(key, value)}`);
  return `{\n${fields.join(',\n')}\n}\n`;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const calendar of makeCalendars()) {
    const file = fileURLToPath(new URL(`../machines/library/calendars/${calendar.id}.json`, import.meta.url));
    writeFileSync(file, calendarFile(calendar));
  }
}
