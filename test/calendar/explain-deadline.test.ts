import { describe, expect, test } from 'vitest';
import type { ClockRule, Pause } from '../../machines/kernel/due-date.ts';
import { explain } from '../../machines/kernel/explain-deadline.ts';
import { EXPLAINED_DAYS_MAX } from '../../machines/kernel/explained-days.ts';
import { cn, englandWales, usFederal } from './shipped-calendars.ts';

const rule = (limit: string, count: ClockRule['count'], lastDay?: ClockRule['lastDay']): ClockRule => ({
  limit,
  count,
  warnAt: [],
  ...(lastDay ? { lastDay } : {}),
});

/** One line a day: date, + or - for counted or not, reason, cause of a pause, ? for provisional. */
const lines = (...args: Parameters<typeof explain>): string[] =>
  explain(...args).days.map(({ on, toOn, counted, reason, pauseCause, provisional, countedMs }) =>
    [
      toOn ? `${on}/${toOn}` : on,
      counted ? '+' : '-',
      reason,
      ...(pauseCause ? [`(${pauseCause})`] : []),
      ...(countedMs === undefined ? [] : [`${countedMs / 60_000} min`]),
      ...(provisional ? ['?'] : []),
    ].join(' '),
  );

const documents = (fromAt: string, toAt?: string): Pause => ({
  fromAt,
  cause: 'documents',
  ...(toAt ? { toAt } : {}),
});

test('three business days over Easter, in full', () => {
  expect(explain(rule('P3D', 'business-days'), '2026-04-01T09:00:00+01:00', [], englandWales)).toEqual({
    startAt: '2026-04-01T08:00:00.000Z',
    startOn: '2026-04-01',
    zone: 'Europe/London',
    calendar: { id: 'england-wales', version: '2026.1', publishedUntil: '2027-12-31' },
    limit: 'P3D',
    count: 'business-days',
    lastDay: 'same',
    days: [
      { on: '2026-04-01', counted: false, reason: 'start-day' },
      { on: '2026-04-02', counted: true, reason: 'working-day' },
      { on: '2026-04-03', counted: false, reason: 'holiday' },
      { on: '2026-04-04', counted: false, reason: 'weekend' },
      { on: '2026-04-05', counted: false, reason: 'weekend' },
      { on: '2026-04-06', counted: false, reason: 'holiday' },
      { on: '2026-04-07', counted: true, reason: 'working-day' },
      { on: '2026-04-08', counted: true, reason: 'working-day' },
    ],
    pauses: [],
    provisional: false,
    lastOn: '2026-04-08',
    dueAt: '2026-04-08T23:00:00.000Z',
  });
});

test('a make-up working day counts and says so', () => {
  expect(lines(rule('P2D', 'business-days'), '2026-02-13T09:00:00+08:00', [], cn).slice(0, 4)).toEqual([
    '2026-02-13 - start-day',
    '2026-02-14 + make-up-working-day',
    '2026-02-15 - weekend',
    '2026-02-16 - holiday',
  ]);
});

test('paused days carry their cause, partly paused days count', () => {
  const pauses = [documents('2026-01-07T09:00:00+08:00', '2026-01-09T09:00:00+08:00')];
  expect(lines(rule('P4D', 'calendar-days'), '2026-01-05T10:00:00+08:00', pauses, cn)).toEqual([
    '2026-01-05 - start-day',
    '2026-01-06 + calendar-day',
    '2026-01-07 + calendar-day (documents)',
    '2026-01-08 - paused (documents)',
    '2026-01-09 + calendar-day (documents)',
    '2026-01-10 + calendar-day',
  ]);
});

test('while paused it tells what has been counted, and has no end', () => {
  const told = explain(
    rule('P10D', 'calendar-days'),
    '2026-01-05T10:00:00+08:00',
    [documents('2026-01-07T09:00:00+08:00')],
    cn,
  );
  expect(told.days.map(({ on, counted }) => [on, counted])).toEqual([
    ['2026-01-05', false],
    ['2026-01-06', true],
    ['2026-01-07', true],
  ]);
  expect(told).toMatchObject({ dueAt: null, lastOn: null, provisional: false });
});

describe('a last day that was moved', () => {
  test('to the next business day', () => {
    const clock = rule('P1D', 'calendar-days', 'next-business');
    expect(lines(clock, '2026-11-20T20:00:00+08:00', [], cn)).toEqual([
      '2026-11-20 - start-day',
      '2026-11-21 + calendar-day',
      '2026-11-22 - carried-over',
      '2026-11-23 - carried-over',
    ]);
    const told = explain(clock, '2026-11-20T20:00:00+08:00', [], cn);
    expect(told).toMatchObject({ lastOn: '2026-11-23', movedFromOn: '2026-11-21' });
  });

  test('back to the previous one', () => {
    const told = explain(
      rule('P3D', 'calendar-days', 'previous-business'),
      '2026-11-19T20:00:00+08:00',
      [],
      cn,
    );
    expect(told).toMatchObject({ lastOn: '2026-11-20', movedFromOn: '2026-11-22' });
    expect(told.days.at(-1)).toEqual({ on: '2026-11-22', counted: true, reason: 'calendar-day' });
  });

  test('out of a pause in which it would have ended', () => {
    const pauses = [documents('2026-01-07T15:00:00+08:00', '2026-01-09T10:00:00+08:00')];
    expect(lines(rule('P2D', 'calendar-days'), '2026-01-05T10:00:00+08:00', pauses, cn)).toEqual([
      '2026-01-05 - start-day',
      '2026-01-06 + calendar-day',
      '2026-01-07 + calendar-day (documents)',
      '2026-01-08 - carried-over (documents)',
      '2026-01-09 - carried-over (documents)',
    ]);
  });
});

test('unpublished days are marked, but not where the calendar is not asked', () => {
  expect(lines(rule('P2D', 'business-days'), '2026-12-30T10:00:00+08:00', [], cn)).toEqual([
    '2026-12-30 - start-day',
    '2026-12-31 + working-day',
    '2027-01-01 + working-day ?',
  ]);
  expect(lines(rule('P2D', 'calendar-days'), '2026-12-30T10:00:00+08:00', [], cn)).toEqual([
    '2026-12-30 - start-day',
    '2026-12-31 + calendar-day',
    '2027-01-01 + calendar-day',
  ]);
});

describe('lengths in hours', () => {
  test('business hours: how much of each day', () => {
    const pauses = [documents('2026-11-23T09:00:00+08:00', '2026-11-24T00:00:00+08:00')];
    expect(lines(rule('PT4H', 'business-hours'), '2026-11-20T16:30:00+08:00', pauses, cn)).toEqual([
      '2026-11-20 + working-day 60 min',
      '2026-11-21 - weekend 0 min',
      '2026-11-22 - weekend 0 min',
      '2026-11-23 - paused (documents) 0 min',
      '2026-11-24 + working-day 180 min',
    ]);
  });

  test('started after closing time', () => {
    expect(lines(rule('PT1H', 'business-hours'), '2026-11-19T20:00:00+08:00', [], cn)).toEqual([
      '2026-11-19 - start-day 0 min',
      '2026-11-20 + working-day 60 min',
    ]);
  });

  test('elapsed: over the night of the change', () => {
    expect(lines(rule('PT48H', 'elapsed'), '2026-03-07T12:00:00-05:00', [], usFederal)).toEqual([
      '2026-03-07 + calendar-day 720 min',
      '2026-03-08 + calendar-day 1380 min',
      '2026-03-09 + calendar-day 780 min',
    ]);
    expect(explain(rule('PT48H', 'business-days'), '2026-03-07T12:00:00-05:00', [], usFederal).count).toBe(
      'elapsed',
    );
  });

  test('a length that ends at midnight ends with its last day', () => {
    expect(lines(rule('PT24H', 'elapsed'), '2026-01-05T00:00:00+08:00', [], cn)).toEqual([
      '2026-01-05 + calendar-day 1440 min',
    ]);
  });
});

describe('long counts are told in runs', () => {
  test('ten years with a pause', () => {
    const pauses = [documents('2020-03-01T00:00:00+08:00', '2020-05-01T00:00:00+08:00')];
    expect(lines(rule('P10Y', 'calendar-days'), '2016-01-01T10:00:00+08:00', pauses, cn)).toEqual([
      '2016-01-01 - start-day',
      '2016-01-02/2020-02-29 + calendar-day',
      '2020-03-01/2020-04-30 - paused (documents)',
      '2020-05-01/2026-03-03 + calendar-day',
    ]);
  });

  test('up to the maximum every day is its own line', () => {
    const told = explain(
      rule(`P${EXPLAINED_DAYS_MAX - 1}D`, 'calendar-days'),
      '2024-01-01T00:00:00Z',
      [],
      cn,
    );
    expect(told.days.length).toBe(EXPLAINED_DAYS_MAX);
    const more = explain(rule(`P${EXPLAINED_DAYS_MAX}D`, 'calendar-days'), '2024-01-01T00:00:00Z', [], cn);
    expect(more.days.length).toBe(2);
  });

  test('the longest count of business days stays short, and hours keep their sum', () => {
    const days = explain(rule('P1000D', 'business-days'), '2016-01-01T00:00:00Z', [], cn);
    expect(days.days.length).toBeLessThan(600);
    const hours = explain(rule('PT5000H', 'business-hours'), '2016-01-01T00:00:00Z', [], cn);
    expect(hours.days.length).toBeLessThan(600);
    expect(hours.days.reduce((sum, day) => sum + (day.countedMs ?? 0), 0)).toBe(5000 * 3_600_000);
  });
});
