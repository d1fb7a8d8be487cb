import { readFileSync } from 'node:fs';
import { isHoliday, isWorkday } from 'chinese-days';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Calendar,
  endOfDay,
  isOffsetKnown,
  isPublished,
  isWorkingDay,
  isWorkingTime,
  localDate,
  startOfDay,
} from '../../machines/kernel/calendar.ts';
import { calendarProblem } from '../../machines/kernel/calendar-problem.ts';
import { instantAt } from '../../machines/kernel/instant.ts';
import { sliceCalendar } from '../../machines/kernel/slice-calendar.ts';
import { calendarFile, makeCalendars } from '../../scripts/make-calendars.mjs';
import { dateIn, midnightIn, nextDate } from './local-time.ts';
import { always, cn, englandWales, shippedCalendar, usFederal } from './shipped-calendars.ts';

const shipped = [always, cn, englandWales, usFederal];

describe('the shipped calendars', () => {
  test('the files are what the generator makes', () => {
    for (const calendar of makeCalendars()) {
      const file = new URL(`../../machines/library/calendars/${calendar.id}.json`, import.meta.url);
      expect(readFileSync(file, 'utf8')).toBe(calendarFile(calendar));
    }
    expect(makeCalendars().map(({ id }) => id)).toEqual(['always', 'cn', 'england-wales', 'us-federal']);
  });

  test.each(shipped)('$id has no problem and says what it rests on', (calendar) => {
    expect(calendarProblem(calendar)).toBeUndefined();
    expect(calendar.source.rule).not.toBe('');
    expect(calendar.source.checked).not.toBe('');
    expect(JSON.stringify(calendar).length).toBeLessThan(6000);
  });

  test('cn agrees with chinese-days on every day it publishes', () => {
    for (let on = cn.firstOn; on <= cn.publishedUntil; on = nextDate(on)) {
      if (isWorkingDay(cn, on) !== isWorkday(on) || isWorkingDay(cn, on) === isHoliday(on)) {
        expect.fail(`${on}: ${isWorkingDay(cn, on)}`);
      }
      expect(isPublished(cn, on)).toBe(true);
    }
    expect(isPublished(cn, nextDate(cn.publishedUntil))).toBe(false);
  });

  test.each([cn, englandWales, usFederal])(
    'no holiday of $id is guessed outside what is published',
    (calendar) => {
      for (const first of [nextDate(calendar.publishedUntil), '2007-12-01', '2050-12-01']) {
        let on = first;
        for (let day = 0; day < 31; day += 1) {
          const plain = ![0, 6].includes(new Date(`${on}T00:00:00Z`).getUTCDay());
          expect(isWorkingDay(calendar, on), on).toBe(plain);
          expect(isPublished(calendar, on), on).toBe(false);
          on = nextDate(on);
        }
      }
    },
  );

  test.each([
    ['cn', '2026-02-14', true, 'a Saturday made up for the Spring Festival'],
    ['cn', '2026-02-16', false, 'Spring Festival'],
    ['cn', '2025-10-08', false, 'the last day of a long National Day'],
    ['cn', '2025-10-11', true, 'its make-up Saturday'],
    ['cn', '2020-01-31', false, 'the Spring Festival prolonged in 2020'],
    ['england-wales', '2016-12-26', false, 'Boxing Day on a Monday'],
    ['england-wales', '2016-12-27', false, 'Christmas on a Sunday, moved to the Tuesday'],
    ['england-wales', '2020-05-04', true, 'early May moved in 2020'],
    ['england-wales', '2020-05-08', false, 'to VE Day'],
    ['england-wales', '2020-12-28', false, 'Boxing Day on a Saturday'],
    ['england-wales', '2021-12-27', false, 'Christmas on a Saturday'],
    ['england-wales', '2021-12-28', false, 'Boxing Day on a Sunday'],
    ['england-wales', '2022-01-03', false, 'New Year on a Saturday'],
    ['england-wales', '2022-05-30', true, 'spring moved in 2022'],
    ['england-wales', '2022-06-02', false, 'to the jubilee'],
    ['england-wales', '2022-06-03', false, 'platinum jubilee'],
    ['england-wales', '2022-09-19', false, 'state funeral'],
    ['england-wales', '2023-05-08', false, 'coronation'],
    ['england-wales', '2026-04-03', false, 'Good Friday'],
    ['england-wales', '2026-04-06', false, 'Easter Monday'],
    ['england-wales', '2026-08-31', false, 'summer'],
    ['us-federal', '2020-06-19', true, 'before Juneteenth was a holiday'],
    ['us-federal', '2021-06-18', false, 'Juneteenth on a Saturday, observed on Friday'],
    ['us-federal', '2021-12-31', false, 'New Year 2022 on a Saturday, observed in 2021'],
    ['us-federal', '2023-01-02', false, 'New Year on a Sunday'],
    ['us-federal', '2026-07-03', false, 'Independence Day on a Saturday'],
    ['us-federal', '2026-11-26', false, 'Thanksgiving'],
    ['us-federal', '2025-01-20', false, 'King Day'],
    ['always', '1950-01-01', true, 'a Sunday'],
  ])('%s %s works: %s (%s)', (id, on, works) => {
    expect(isWorkingDay(shippedCalendar(id), on)).toBe(works);
  });

  test.each([englandWales, usFederal])('each year of $id has its number of holidays', (calendar) => {
    const counts = new Map<string, number>();
    for (let on = calendar.firstOn; on <= calendar.publishedUntil; on = nextDate(on)) {
      const plain = ![0, 6].includes(new Date(`${on}T00:00:00Z`).getUTCDay());
      const year = on.slice(0, 4);
      counts.set(year, (counts.get(year) ?? 0) + (plain && !isWorkingDay(calendar, on) ? 1 : 0));
    }
    const expected = calendar.id === 'us-federal' ? [9, 10, 11, 12] : [8, 9, 10];
    for (const [year, count] of counts) {
      expect(expected, `${year}: ${count}`).toContain(count);
    }
    expect(counts.get('2024')).toBe(calendar.id === 'us-federal' ? 11 : 8);
  });
});

describe('local time', () => {
  test.each([cn, englandWales, usFederal])(
    '$id has the midnights of its zone from 2008 to 2045',
    (calendar) => {
      const day = fc
        .integer({ min: Date.UTC(2008, 0, 1) / 86_400_000, max: Date.UTC(2045, 0, 1) / 86_400_000 })
        .map((number) => new Date(number * 86_400_000).toISOString().slice(0, 10));
      fc.assert(
        fc.property(day, fc.integer({ min: 0, max: 86_399_999 }), (on, offset) => {
          const midnight = midnightIn(calendar.zone, on);
          expect(startOfDay(calendar, on)).toBe(midnight);
          expect(endOfDay(calendar, on)).toBe(midnightIn(calendar.zone, nextDate(on)));
          expect(localDate(calendar, midnight)).toBe(on);
          expect(localDate(calendar, midnight - 1) < on).toBe(true);
          expect(localDate(calendar, midnight + offset)).toBe(dateIn(calendar.zone, midnight + offset));
        }),
        { numRuns: 1000 },
      );
    },
  );

  test('the day the clocks change has 23 or 25 hours', () => {
    const hours = (calendar: Calendar, on: string) =>
      (endOfDay(calendar, on) - startOfDay(calendar, on)) / 3_600_000;
    expect(hours(englandWales, '2026-03-29')).toBe(23);
    expect(hours(englandWales, '2026-10-25')).toBe(25);
    expect(hours(usFederal, '2026-03-08')).toBe(23);
    expect(hours(usFederal, '2026-11-01')).toBe(25);
    expect(hours(cn, '2026-03-29')).toBe(24);
  });

  test('a midnight that the clocks jump over starts the day after the jump', () => {
    const beirut: Calendar = {
      ...cn,
      offsets: [
        ['2024-10-26T21:00:00Z', 120],
        ['2025-03-29T22:00:00Z', 180],
        ['2025-10-25T21:00:00Z', 120],
      ],
    };
    expect(instantAt(startOfDay(beirut, '2025-03-30'))).toBe('2025-03-29T22:00:00.000Z');
    expect(localDate(beirut, startOfDay(beirut, '2025-03-30'))).toBe('2025-03-30');
  });

  test('a zone far east of UTC, whose clocks change on the UTC day before', () => {
    const sydney: Calendar = {
      ...cn,
      offsets: [
        ['2025-10-04T16:00:00Z', 660],
        ['2026-04-04T16:00:00Z', 600],
        ['2026-10-03T16:00:00Z', 660],
        ['2027-04-03T16:00:00Z', 600],
      ],
    };
    for (const on of ['2026-04-04', '2026-04-05', '2026-04-06', '2026-10-04', '2026-10-05']) {
      expect(startOfDay(sydney, on)).toBe(midnightIn('Australia/Sydney', on));
    }
  });

  test('working time is the hours of working days', () => {
    const at = (text: string) => isWorkingTime(cn, Date.parse(text));
    expect(at('2026-11-20T08:59:59+08:00')).toBe(false);
    expect(at('2026-11-20T09:00:00+08:00')).toBe(true);
    expect(at('2026-11-20T12:00:00+08:00')).toBe(false);
    expect(at('2026-11-20T17:29:59+08:00')).toBe(true);
    expect(at('2026-11-21T10:00:00+08:00')).toBe(false);
    expect(at('2026-02-14T10:00:00+08:00')).toBe(true);
  });
});

describe('sliceCalendar', () => {
  const instant = fc
    .integer({ min: Date.UTC(2003, 0, 1), max: Date.UTC(2050, 0, 1) })
    .map((ms) => new Date(ms).toISOString());

  test.each([cn, englandWales, usFederal, always])(
    'a slice of $id answers like the whole within',
    (calendar) => {
      fc.assert(
        fc.property(
          instant,
          fc.integer({ min: 0, max: 1500 }),
          fc.array(fc.double({ min: -0.02, max: 1.02, noNaN: true }), { minLength: 5, maxLength: 5 }),
          (fromAt, days, places) => {
            const fromMs = Date.parse(fromAt);
            const toAt = new Date(fromMs + days * 86_400_000).toISOString();
            const slice = sliceCalendar(calendar, fromAt, toAt);
            expect(calendarProblem(slice)).toBeUndefined();
            for (const place of places) {
              const atMs = Math.round(fromMs + place * days * 86_400_000);
              const on = localDate(calendar, atMs);
              expect(localDate(slice, atMs)).toBe(on);
              expect(startOfDay(slice, on)).toBe(startOfDay(calendar, on));
              expect(isWorkingDay(slice, on)).toBe(isWorkingDay(calendar, on));
              expect(isPublished(slice, on)).toBe(isPublished(calendar, on));
              expect(isOffsetKnown(slice, atMs)).toBe(isOffsetKnown(calendar, atMs));
            }
          },
        ),
      );
    },
  );

  test('a day it does not cover follows the plain week and is not published, whatever the whole says', () => {
    const slice = sliceCalendar(cn, '2025-01-10T00:00:00Z', '2025-06-01T00:00:00Z');
    expect(isWorkingDay(cn, '2025-10-01')).toBe(false);
    expect(isWorkingDay(slice, '2025-10-01')).toBe(true);
    expect(isPublished(cn, '2025-10-01')).toBe(true);
    expect(isPublished(slice, '2025-10-01')).toBe(false);
    expect(isPublished(slice, '2024-10-01')).toBe(false);
  });

  test('a slice outside the calendar is not taken for a plain week without holidays', () => {
    const slice = sliceCalendar(cn, '2035-01-01T00:00:00Z', '2036-01-01T00:00:00Z');
    expect(isPublished(slice, '2035-06-01')).toBe(false);
    const late = sliceCalendar(englandWales, '2060-01-01T00:00:00Z', '2061-01-01T00:00:00Z');
    expect(isOffsetKnown(late, Date.UTC(2060, 6, 1))).toBe(false);
    const early = sliceCalendar(englandWales, '1990-01-01T00:00:00Z', '1991-01-01T00:00:00Z');
    expect(isOffsetKnown(early, Date.UTC(1990, 6, 1))).toBe(false);
  });

  test('a slice of a slice is a slice, and three years are small', () => {
    const wide = sliceCalendar(englandWales, '2024-01-01T00:00:00Z', '2027-01-01T00:00:00Z');
    expect(sliceCalendar(wide, '2025-01-01T00:00:00Z', '2025-07-01T00:00:00Z')).toEqual(
      sliceCalendar(englandWales, '2025-01-01T00:00:00Z', '2025-07-01T00:00:00Z'),
    );
    expect(wide.days.length).toBeLessThan(200);
    expect(JSON.stringify(wide).length).toBeLessThan(1200);
  });

  test('refuses an end before its start', () => {
    expect(() => sliceCalendar(cn, '2025-01-02T00:00:00Z', '2025-01-01T00:00:00Z')).toThrow(RangeError);
  });
});

describe('calendarProblem', () => {
  test.each<[string, Partial<Calendar>, RegExp]>([
    ['a first day that is none', { firstOn: '2025-02-30' }, /firstOn/],
    ['a published end that is none', { publishedUntil: 'soon' }, /publishedUntil/],
    ['a stranger among the days', { days: 'ab=' }, /days/],
    ['a week without a working day', { week: '0000000' }, /week/],
    ['a week of six', { week: '111110' }, /week/],
    ['no offset', { offsets: [] }, /offsets/],
    ['an offset from no instant', { offsets: [['2025-01-01', 0]] }, /offsets/],
    ['an offset of half a minute', { offsets: [['2025-01-01T00:00:00Z', 0.5]] }, /offsets/],
    ['an offset of a day', { offsets: [['2025-01-01T00:00:00Z', 1440]] }, /offsets/],
    [
      'offsets out of order',
      {
        offsets: [
          ['2025-02-01T00:00:00Z', 0],
          ['2025-01-01T00:00:00Z', 60],
        ],
      },
      /offsets/,
    ],
    [
      'clocks that go back over midnight',
      {
        offsets: [
          ['2009-03-08T03:31:00Z', -150],
          ['2009-11-01T02:31:00Z', -210],
        ],
      },
      /go back/,
    ],
    ['no hours', { hours: [] }, /hours/],
    ['hours that are no time', { hours: [{ from: '9:00', to: '17:00' }] }, /hours/],
    ['hours from 24:00', { hours: [{ from: '24:00', to: '24:00' }] }, /hours/],
    ['hours turned round', { hours: [{ from: '17:00', to: '09:00' }] }, /hours/],
    [
      'hours that overlap',
      {
        hours: [
          { from: '09:00', to: '12:30' },
          { from: '12:00', to: '17:00' },
        ],
      },
      /hours/,
    ],
  ])('names %s', (_, change, problem) => {
    expect(calendarProblem({ ...cn, ...change })).toMatch(problem);
  });

  test('arithmetic itself refuses a calendar in which counting would never end', () => {
    expect(() => isWorkingDay({ ...cn, week: '0000000' }, '2025-01-01')).toThrow(RangeError);
    expect(() => isWorkingDay({ ...cn, hours: [] }, '2025-01-01')).toThrow(RangeError);
    expect(() => isWorkingDay({ ...cn, offsets: [] }, '2025-01-01')).toThrow(RangeError);
  });
});
