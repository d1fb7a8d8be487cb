import { describe, expect, test } from 'vitest';
import { type ClockRule, clockRuleProblem, InvalidClockRule } from '../../machines/kernel/clock-rule.ts';
import { type Pause, schedule } from '../../machines/kernel/due-date.ts';
import { sliceCalendar } from '../../machines/kernel/slice-calendar.ts';
import { always, cn, englandWales, shippedCalendar, usFederal } from './shipped-calendars.ts';

const rule = (limit: string, count: ClockRule['count'], lastDay?: ClockRule['lastDay']): ClockRule => ({
  limit,
  count,
  warnAt: [],
  ...(lastDay ? { lastDay } : {}),
});

const dueAt = (id: string, clock: ClockRule, startAt: string, pauses: Pause[] = []): string | null =>
  schedule(clock, startAt, pauses, shippedCalendar(id)).dueAt;

describe('lengths in days', () => {
  test.each([
    ['15 days, start day not counted', 'cn', 'P15D', '2026-01-05T10:00:00+08:00', '2026-01-20T16:00:00.000Z'],
    ['the start day is the local one', 'cn', 'P15D', '2026-01-05T17:00:00Z', '2026-01-21T16:00:00.000Z'],
    ['a start at local midnight', 'cn', 'P1D', '2026-01-05T00:00:00+08:00', '2026-01-06T16:00:00.000Z'],
    ['a start just before midnight', 'cn', 'P1D', '2026-01-05T23:59:59+08:00', '2026-01-06T16:00:00.000Z'],
    ['no days: until tonight', 'cn', 'P0D', '2026-01-05T10:00:00+08:00', '2026-01-05T16:00:00.000Z'],
    ['holidays count', 'cn', 'P30D', '2026-01-26T09:00:00+08:00', '2026-02-25T16:00:00.000Z'],
    ['DISP 1.6: 8 weeks', 'england-wales', 'P8W', '2026-01-05T09:00:00Z', '2026-03-03T00:00:00.000Z'],
    ['8 weeks are 56 days', 'england-wales', 'P56D', '2026-01-05T09:00:00Z', '2026-03-03T00:00:00.000Z'],
    ['8 weeks into summer', 'england-wales', 'P8W', '2026-02-16T09:00:00Z', '2026-04-13T23:00:00.000Z'],
    ['8 weeks into winter', 'england-wales', 'P8W', '2026-09-01T09:00:00Z', '2026-10-28T00:00:00.000Z'],
    [
      'the change is the last day',
      'england-wales',
      'P1D',
      '2026-03-28T12:00:00Z',
      '2026-03-29T23:00:00.000Z',
    ],
    ['a month from the 31st', 'cn', 'P1M', '2025-01-31T10:00:00+08:00', '2025-02-28T16:00:00.000Z'],
    ['the same in a leap year', 'cn', 'P1M', '2024-01-31T10:00:00+08:00', '2024-02-29T16:00:00.000Z'],
    ['a year from leap day', 'cn', 'P1Y', '2024-02-29T10:00:00+08:00', '2025-02-28T16:00:00.000Z'],
    ['four years from leap day', 'cn', 'P4Y', '2024-02-29T10:00:00+08:00', '2028-02-29T16:00:00.000Z'],
    ['over leap day', 'cn', 'P30D', '2024-02-10T10:00:00+08:00', '2024-03-11T16:00:00.000Z'],
    ['month first, then days', 'cn', 'P1M15D', '2025-01-31T10:00:00+08:00', '2025-03-15T16:00:00.000Z'],
    ['two years', 'us-federal', 'P2Y', '2024-07-04T10:00:00-04:00', '2026-07-05T04:00:00.000Z'],
  ])('%s (%s, %s)', (_, id, limit, startAt, expected) => {
    expect(dueAt(id, rule(limit, 'calendar-days'), startAt)).toBe(expected);
  });

  test.each([
    [
      'DISP 1.5: 3 business days over Easter',
      'england-wales',
      'P3D',
      '2026-04-01T09:00:00Z',
      '2026-04-08T23:00:00.000Z',
    ],
    ['received on Good Friday', 'england-wales', 'P3D', '2026-04-03T09:00:00Z', '2026-04-09T23:00:00.000Z'],
    ['a make-up Saturday works', 'cn', 'P1D', '2026-02-13T09:00:00+08:00', '2026-02-14T16:00:00.000Z'],
    ['then the Spring Festival', 'cn', 'P2D', '2026-02-13T09:00:00+08:00', '2026-02-24T16:00:00.000Z'],
    ['received on a Saturday', 'cn', 'P1D', '2026-11-21T09:00:00+08:00', '2026-11-23T16:00:00.000Z'],
    ['a week is seven business days', 'cn', 'P1W', '2026-11-20T09:00:00+08:00', '2026-12-01T16:00:00.000Z'],
    ['15 over Thanksgiving', 'us-federal', 'P15D', '2026-11-10T09:00:00-05:00', '2026-12-04T05:00:00.000Z'],
    [
      'no business days, on a working day',
      'cn',
      'P0D',
      '2026-11-20T09:00:00+08:00',
      '2026-11-20T16:00:00.000Z',
    ],
    ['no business days, on a Saturday', 'cn', 'P0D', '2026-11-21T09:00:00+08:00', '2026-11-23T16:00:00.000Z'],
  ])('%s (%s, %s)', (_, id, limit, startAt, expected) => {
    expect(dueAt(id, rule(limit, 'business-days'), startAt)).toBe(expected);
  });

  test.each([
    ['same', 'P15D', '2026-10-01T15:59:59.999Z', '2026-10-16T16:00:00.000Z'],
    ['same', 'P5D', '2026-02-12T09:00:00+08:00', '2026-02-17T16:00:00.000Z'],
    ['next-business', 'P5D', '2026-02-12T09:00:00+08:00', '2026-02-24T16:00:00.000Z'],
    ['previous-business', 'P5D', '2026-02-12T09:00:00+08:00', '2026-02-14T16:00:00.000Z'],
    // Received on Friday evening, one day: Saturday. No working day lies between, so it stays.
    ['previous-business', 'P1D', '2026-11-20T20:00:00+08:00', '2026-11-21T16:00:00.000Z'],
    ['next-business', 'P1D', '2026-11-20T20:00:00+08:00', '2026-11-23T16:00:00.000Z'],
  ] as const)('a last day that does not work: %s, %s', (lastDay, limit, startAt, expected) => {
    expect(dueAt('cn', rule(limit, 'calendar-days', lastDay), startAt)).toBe(expected);
  });
});

describe('lengths in hours', () => {
  test.each([
    ['24 h from the instant', 'cn', 'PT24H', 'elapsed', '2026-01-05T10:30:15Z', '2026-01-06T10:30:15.000Z'],
    [
      'over the change, 24 h all the same',
      'england-wales',
      'PT24H',
      'elapsed',
      '2026-03-28T12:00:00Z',
      '2026-03-29T12:00:00.000Z',
    ],
    [
      'hours of a count in days are plain time',
      'cn',
      'PT24H',
      'business-days',
      '2026-11-20T10:00:00Z',
      '2026-11-21T10:00:00.000Z',
    ],
    [
      'days of elapsed time have 24 h',
      'england-wales',
      'P1DT1H',
      'elapsed',
      '2026-03-28T12:00:00Z',
      '2026-03-29T13:00:00.000Z',
    ],
    ['nothing', 'cn', 'PT0S', 'elapsed', '2026-01-05T10:30:15Z', '2026-01-05T10:30:15.000Z'],
    [
      '4 business hours over a weekend',
      'cn',
      'PT4H',
      'business-hours',
      '2026-11-20T16:30:00+08:00',
      '2026-11-23T04:00:00.000Z',
    ],
    ['over lunch', 'cn', 'PT1H', 'business-hours', '2026-11-20T11:30:00+08:00', '2026-11-20T06:00:00.000Z'],
    [
      'to the end of the day, not the next morning',
      'cn',
      'PT1H',
      'business-hours',
      '2026-11-20T16:30:00+08:00',
      '2026-11-20T09:30:00.000Z',
    ],
    [
      'from the evening',
      'england-wales',
      'PT2H',
      'business-hours',
      '2026-03-27T20:00:00Z',
      '2026-03-30T10:00:00.000Z',
    ],
    [
      'round the clock',
      'always',
      'PT30H',
      'business-hours',
      '2026-01-05T10:00:00Z',
      '2026-01-06T16:00:00.000Z',
    ],
    [
      'a scaled length',
      'always',
      'PT0.833S',
      'calendar-days',
      '2026-01-05T10:00:00Z',
      '2026-01-05T10:00:00.833Z',
    ],
  ] as const)('%s (%s, %s)', (_, id, limit, count, startAt, expected) => {
    expect(dueAt(id, rule(limit, count), startAt)).toBe(expected);
  });
});

describe('pauses', () => {
  const paused = (fromAt: string, toAt?: string): Pause => ({
    fromAt: `${fromAt}+08:00`,
    cause: 'documents',
    ...(toAt === undefined ? {} : { toAt: `${toAt}+08:00` }),
  });
  // Received on 5 January 10:00; 10 days end with 15 January.
  const tenDays = (...pauses: Pause[]) =>
    dueAt('cn', rule('P10D', 'calendar-days'), '2026-01-05T10:00:00+08:00', pauses);
  const endOf = (day: number) => `2026-01-${day}T16:00:00.000Z`;

  test.each([
    ['none', [], endOf(15)],
    ['within a day takes no day', [paused('2026-01-07T09:00:00', '2026-01-07T17:00:00')], endOf(15)],
    ['over one night takes no day', [paused('2026-01-07T09:00:00', '2026-01-08T09:00:00')], endOf(15)],
    ['takes the whole day between', [paused('2026-01-07T09:00:00', '2026-01-09T09:00:00')], endOf(16)],
    ['midnight to midnight takes the day', [paused('2026-01-07T00:00:00', '2026-01-08T00:00:00')], endOf(16)],
    ['a millisecond less takes none', [paused('2026-01-07T00:00:00.001', '2026-01-08T00:00:00')], endOf(15)],
    [
      'two that overlap count once',
      [
        paused('2026-01-07T09:00:00', '2026-01-09T09:00:00'),
        paused('2026-01-07T12:00:00', '2026-01-10T09:00:00'),
      ],
      endOf(17),
    ],
    [
      'two that touch take the day they share',
      [
        paused('2026-01-07T09:00:00', '2026-01-08T12:00:00'),
        paused('2026-01-08T12:00:00', '2026-01-09T09:00:00'),
      ],
      endOf(16),
    ],
    [
      'one inside the other, in any order',
      [
        paused('2026-01-09T09:00:00', '2026-01-09T10:00:00'),
        paused('2026-01-07T09:00:00', '2026-01-12T09:00:00'),
      ],
      endOf(19),
    ],
    ['before the start', [paused('2026-01-01T00:00:00', '2026-01-05T12:00:00')], endOf(15)],
    [
      'from before the start into the count',
      [paused('2026-01-01T00:00:00', '2026-01-08T12:00:00')],
      endOf(17),
    ],
    ['of no length', [paused('2026-01-07T09:00:00', '2026-01-07T09:00:00')], endOf(15)],
    ['open', [paused('2026-01-07T09:00:00')], null],
    [
      'open, after a closed one',
      [paused('2026-01-06T09:00:00', '2026-01-06T10:00:00'), paused('2026-01-15T23:00:00')],
      null,
    ],
    [
      'the last day ends paused: it ends with the pause',
      [paused('2026-01-15T15:00:00', '2026-01-20T10:00:00')],
      endOf(20),
    ],
    [
      'resumed at the very end of the last day',
      [paused('2026-01-15T15:00:00', '2026-01-16T00:00:00')],
      endOf(16),
    ],
    ['at the due instant changes nothing', [paused('2026-01-16T00:00:00', '2026-01-20T10:00:00')], endOf(15)],
    ['open at the due instant changes nothing', [paused('2026-01-16T00:00:00')], endOf(15)],
  ])('%s', (_, pauses, expected) => {
    expect(tenDays(...pauses)).toBe(expected);
  });

  test('a length of business days never ends on another day because of a pause', () => {
    const clock = rule('P5D', 'business-days');
    // 5 business days from Friday 13 November end on Friday the 20th; the pause ends on Saturday.
    const start = '2026-11-13T10:00:00+08:00';
    expect(dueAt('cn', clock, start)).toBe('2026-11-20T16:00:00.000Z');
    const pauses = [paused('2026-11-20T15:00:00', '2026-11-21T10:00:00')];
    expect(dueAt('cn', clock, start, pauses)).toBe('2026-11-23T16:00:00.000Z');
  });

  test('an open pause between the last day and the day it moves to holds it', () => {
    const clock = rule('P1D', 'calendar-days', 'next-business');
    const start = '2026-11-20T10:00:00+08:00';
    expect(dueAt('cn', clock, start, [paused('2026-11-22T10:00:00')])).toBeNull();
    expect(dueAt('cn', clock, start, [paused('2026-11-24T00:00:00')])).toBe('2026-11-23T16:00:00.000Z');
  });

  test('hours are paused to the millisecond', () => {
    const pauses = [paused('2026-01-05T11:00:00', '2026-01-05T11:10:00.001')];
    expect(dueAt('cn', rule('PT2H', 'elapsed'), '2026-01-05T10:00:00+08:00', pauses)).toBe(
      '2026-01-05T04:10:00.001Z',
    );
    const atTheEnd = [paused('2026-01-05T12:00:00', '2026-01-05T13:00:00')];
    expect(dueAt('cn', rule('PT2H', 'elapsed'), '2026-01-05T10:00:00+08:00', atTheEnd)).toBe(
      '2026-01-05T04:00:00.000Z',
    );
    expect(
      dueAt('cn', rule('PT2H', 'elapsed'), '2026-01-05T10:00:00+08:00', [paused('2026-01-05T11:59:59')]),
    ).toBeNull();
    const years = [{ fromAt: '2010-01-01T00:00:00Z', toAt: '2026-01-05T00:00:00Z', cause: 'court' }];
    expect(dueAt('cn', rule('PT2H', 'business-hours'), '2009-12-31T15:00:00Z', years)).toBe(
      '2026-01-05T03:00:00.000Z',
    );
  });

  test('a pause that ends before it starts, or at no instant, is an error', () => {
    expect(() => tenDays(paused('2026-01-08T09:00:00', '2026-01-07T09:00:00'))).toThrow(RangeError);
    expect(() => tenDays({ fromAt: '2026-01-08', cause: 'documents' })).toThrow(RangeError);
  });
});

describe('provisional dates', () => {
  const provisional = (id: string, clock: ClockRule, startAt: string) =>
    schedule(clock, startAt, [], shippedCalendar(id)).provisional;

  test.each([
    [
      'business days before the published end',
      'cn',
      rule('P5D', 'business-days'),
      '2026-12-20T00:00:00Z',
      false,
    ],
    ['business days over it', 'cn', rule('P15D', 'business-days'), '2026-12-20T00:00:00Z', true],
    [
      'business days before the calendar begins',
      'cn',
      rule('P5D', 'business-days'),
      '2007-12-28T00:00:00Z',
      true,
    ],
    ['calendar days need no holiday', 'cn', rule('P15D', 'calendar-days'), '2026-12-25T00:00:00Z', false],
    [
      'a last day that may move',
      'cn',
      rule('P15D', 'calendar-days', 'next-business'),
      '2026-12-25T00:00:00Z',
      true,
    ],
    ['one that may not', 'cn', rule('P5D', 'calendar-days', 'next-business'), '2026-12-20T00:00:00Z', false],
    ['business hours over it', 'cn', rule('PT40H', 'business-hours'), '2026-12-30T00:00:00Z', true],
    ['hours', 'cn', rule('PT40H', 'elapsed'), '2050-01-01T00:00:00Z', false],
    [
      'ten years where the clocks change',
      'england-wales',
      rule('P10Y', 'calendar-days'),
      '2026-01-01T00:00:00Z',
      false,
    ],
    [
      'thirty, beyond the known changes',
      'england-wales',
      rule('P30Y', 'calendar-days'),
      '2026-01-01T00:00:00Z',
      true,
    ],
    ['thirty where they never change', 'cn', rule('P30Y', 'calendar-days'), '2026-01-01T00:00:00Z', false],
    ['every day works, for ever', 'always', rule('P900D', 'business-days'), '2060-01-01T00:00:00Z', false],
  ] as const)('%s', (_, id, clock, startAt, expected) => {
    expect(provisional(id, clock, startAt)).toBe(expected);
  });

  test('no holiday is guessed: 1 January 2027 counts as a plain Friday', () => {
    expect(dueAt('cn', rule('P1D', 'business-days'), '2026-12-31T02:00:00Z')).toBe(
      '2027-01-01T16:00:00.000Z',
    );
  });

  test('a date that leaves its slice is provisional, inside it is the whole calendar date', () => {
    const start = '2026-01-05T02:00:00Z';
    const slice = sliceCalendar(cn, start, '2026-03-01T00:00:00Z');
    expect(schedule(rule('P20D', 'business-days'), start, [], slice)).toEqual(
      schedule(rule('P20D', 'business-days'), start, [], cn),
    );
    expect(schedule(rule('P100D', 'business-days'), start, [], slice).provisional).toBe(true);
    const london = sliceCalendar(englandWales, start, '2026-03-01T00:00:00Z');
    expect(schedule(rule('P300D', 'calendar-days'), start, [], london).provisional).toBe(true);
  });
});

describe('warnings', () => {
  const warnAt = [0.5, 0.75, 0.9];
  const at = (id: string, clock: ClockRule, startAt: string, pauses: Pause[] = []) =>
    schedule({ ...clock, warnAt }, startAt, pauses, shippedCalendar(id)).warnAt.map((warning) => warning.at);

  test('of calendar days: shares of all time up to the due instant', () => {
    expect(at('always', rule('P9D', 'calendar-days'), '2026-01-05T00:00:00Z')).toEqual([
      '2026-01-10T00:00:00.000Z',
      '2026-01-12T12:00:00.000Z',
      '2026-01-14T00:00:00.000Z',
    ]);
  });

  test('of business days: shares of the working hours, so nobody is warned at night', () => {
    // Friday 09:00 to the end of Tuesday: three working days of eight hours.
    expect(at('us-federal', rule('P2D', 'business-days'), '2026-11-13T09:00:00-05:00')).toEqual([
      '2026-11-16T18:00:00.000Z',
      '2026-11-17T16:00:00.000Z',
      '2026-11-17T19:36:00.000Z',
    ]);
  });

  test('a pause moves them by what it takes', () => {
    const pauses = [{ fromAt: '2026-01-05T10:30:00Z', toAt: '2026-01-05T11:30:00Z', cause: 'documents' }];
    expect(at('cn', rule('PT2H', 'elapsed'), '2026-01-05T10:00:00Z', pauses)).toEqual([
      '2026-01-05T12:00:00.000Z',
      '2026-01-05T12:30:00.000Z',
      '2026-01-05T12:48:00.000Z',
    ]);
  });

  test('never before its share is over: rounded up to the millisecond', () => {
    expect(at('cn', rule('PT0.003S', 'elapsed'), '2026-01-05T10:00:00Z')).toEqual([
      '2026-01-05T10:00:00.002Z',
      '2026-01-05T10:00:00.003Z',
      '2026-01-05T10:00:00.003Z',
    ]);
  });

  test('none while paused; at once where no counted time is left; in the order asked for', () => {
    const open = [{ fromAt: '2026-01-05T10:30:00Z', cause: 'documents' }];
    expect(at('cn', rule('PT2H', 'elapsed'), '2026-01-05T10:00:00Z', open)).toEqual([]);
    const evening = '2026-11-20T12:00:00.000Z';
    expect(at('cn', rule('P0D', 'business-days'), evening)).toEqual([evening, evening, evening]);
    const backwards = schedule({ ...rule('PT2H', 'elapsed'), warnAt: [1, 0.5] }, evening, [], usFederal);
    expect(backwards.warnAt).toEqual([
      { fraction: 1, at: '2026-11-20T14:00:00.000Z' },
      { fraction: 0.5, at: '2026-11-20T13:00:00.000Z' },
    ]);
  });
});

describe('clock rules that mean nothing', () => {
  test.each<[ClockRule, RegExp]>([
    [rule('15 days', 'calendar-days'), /not an ISO 8601 length/],
    [rule('-P1D', 'calendar-days'), /not an ISO 8601 length/],
    [rule('P1DT12H', 'calendar-days'), /mixes days and hours/],
    [rule('P1DT12H', 'business-hours'), /mixes days and hours/],
    [rule('P1M', 'business-days'), /months or years/],
    [rule('P1Y', 'elapsed'), /months or years/],
    [rule('P1M', 'business-hours'), /months or years/],
    [rule('P3D', 'business-hours'), /length in days/],
    [rule('P1001D', 'business-days'), /longer than 1000/],
    [rule('PT10001H', 'business-hours'), /longer than 10000/],
    [{ ...rule('P3D', 'calendar-days'), warnAt: [0.5, 0] }, /warning at 0/],
    [{ ...rule('P3D', 'calendar-days'), warnAt: [1.1] }, /warning at 1.1/],
    [{ ...rule('P3D', 'calendar-days'), warnAt: [Number.NaN] }, /warning at NaN/],
  ])('%j', (clock, problem) => {
    expect(clockRuleProblem(clock)).toMatch(problem);
    expect(() => schedule(clock, '2026-01-05T10:00:00Z', [], always)).toThrow(InvalidClockRule);
  });

  test.each([
    rule('P15D', 'calendar-days'),
    rule('P10Y', 'calendar-days'),
    rule('PT24H', 'business-days'),
    rule('P8W', 'business-days'),
    rule('PT8H', 'business-hours'),
    rule('P1DT12H', 'elapsed'),
  ])('%j is sound', (clock) => {
    expect(clockRuleProblem(clock)).toBeUndefined();
  });

  test('a start that is no instant is an error', () => {
    expect(() => schedule(rule('P1D', 'calendar-days'), '2026-01-05', [], cn)).toThrow(RangeError);
  });
});
