import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shippedCalendars } from '../../machines/library/index.ts';
import { shippedLadder } from '../../machines/library/notification/index.ts';
import { judgeNotices, type WaitingNotice } from '../../machines/notification/flood.ts';
import { apartMs } from '../../machines/notification/ladder.ts';
import { isQuiet, nextDigestMs } from '../../machines/notification/quiet-hours.ts';

// Guarantee: whatever arrives and whenever, no two messages to a person about a case are less than four hours apart,
// quiet hours are kept but by what is urgent, and each notice is sent, in a digest, or shown.

const calendar = shippedCalendars.cn;
if (!calendar) {
  throw new Error('There is no calendar');
}
const startMs = Date.parse('2026-03-02T00:00:00Z');
const minuteMs = 60_000;

interface Arrival {
  atMin: number;
  notice: WaitingNotice;
}
const arrivals = fc.array(
  fc.record({
    atMin: fc.nat(5 * 24 * 60),
    dueMin: fc.option(fc.nat(10 * 24 * 60)),
    fraction: fc.constantFrom(0, 0.5, 0.75, 0.9, 1),
    urgent: fc.boolean(),
    send: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
    moot: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  }),
  { maxLength: 40 },
);

const live = (given: Arrival[]) => {
  const sent: { id: string; atMs: number }[] = [];
  const digests: { id: string; atMs: number }[] = [];
  const shown: string[] = [];
  const agenda = given
    .map(({ atMin, notice }) => ({ atMs: startMs + atMin * minuteMs, notice }))
    .toSorted((a, b) => a.atMs - b.atMs);
  for (let steps = 0; agenda.length > 0; steps += 1) {
    expect(steps).toBeLessThan(2_000);
    const nowMs = Math.min(...agenda.map(({ atMs }) => atMs));
    const due = agenda.filter(({ atMs }) => atMs === nowMs);
    const verdicts = judgeNotices(
      due.map(({ notice }) => notice),
      {
        lastSentMs: sent.at(-1)?.atMs,
        nowMs,
        quiet: isQuiet(calendar, shippedLadder, nowMs),
        nextDigestMs: nextDigestMs(calendar, shippedLadder, nowMs),
        apartMs: apartMs(shippedLadder),
      },
    );
    for (const each of due) {
      const verdict = verdicts.get(each.notice.id);
      agenda.splice(agenda.indexOf(each), 1);
      if (verdict?.kind === 'wait') {
        expect(verdict.untilMs).toBeGreaterThan(nowMs);
        agenda.push({ ...each, atMs: verdict.untilMs });
      } else if (verdict?.kind === 'send') {
        sent.push({ id: each.notice.id, atMs: nowMs });
      } else if (verdict?.kind === 'digest') {
        digests.push({ id: each.notice.id, atMs: verdict.atMs });
      } else {
        expect(verdict?.kind).toBe('shown');
        shown.push(each.notice.id);
      }
    }
  }
  return { sent, digests, shown };
};

test('never two within four hours, nothing lost, quiet hours kept', () => {
  fc.assert(
    fc.property(arrivals, (drawn) => {
      const given = drawn.map(({ atMin, dueMin, ...rest }, index) => ({
        atMin,
        notice: {
          ...rest,
          id: `n${index}`,
          dueAt: dueMin === null ? null : new Date(startMs + dueMin * minuteMs).toISOString(),
        },
      }));
      const { sent, digests, shown } = live(given);
      for (const [index, { atMs }] of sent.entries()) {
        expect(atMs - (sent[index - 1]?.atMs ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(
          4 * 60 * minuteMs,
        );
      }
      const all = [...sent, ...digests].map(({ id }) => id).concat(shown);
      expect(all.toSorted()).toEqual(given.map(({ notice }) => notice.id).toSorted());
      const noticeOf = (id: string) => given.find(({ notice }) => notice.id === id)?.notice;
      for (const { id, atMs } of sent) {
        expect(noticeOf(id)?.urgent || !isQuiet(calendar, shippedLadder, atMs)).toBe(true);
      }
      for (const { atMs } of digests) {
        expect(new Date(atMs).toISOString().slice(11, 16)).toBe('00:45'); // 08:45 in China
        expect(isQuiet(calendar, shippedLadder, atMs)).toBe(false);
      }
      for (const id of shown) {
        expect(noticeOf(id)?.send === false || noticeOf(id)?.moot === true).toBe(true);
      }
    }),
  );
});

test('of several at once the tightest clock is sent', () => {
  const notice = (id: string, dueAt: string | null, more: Partial<WaitingNotice> = {}): WaitingNotice => ({
    ...{ id, dueAt, fraction: 0.75, urgent: false, send: true, moot: false },
    ...more,
  });
  const facts = { lastSentMs: undefined, nowMs: 0, quiet: false, nextDigestMs: 9, apartMs: 4 };
  const sentOf = (notices: WaitingNotice[]) =>
    [...judgeNotices(notices, facts)].filter(([, { kind }]) => kind === 'send').map(([id]) => id);
  expect(
    sentOf([
      notice('a', null),
      notice('b', '2026-03-04T00:00:00.000Z'),
      notice('c', '2026-03-03T00:00:00.000Z'),
    ]),
  ).toEqual(['c']);
  expect(
    sentOf([
      notice('a', '2026-03-03T00:00:00.000Z'),
      notice('b', '2026-03-03T00:00:00.000Z', { fraction: 1 }),
    ]),
  ).toEqual(['b']);
  expect(
    sentOf([
      notice('a', '2026-03-03T00:00:00.000Z', { moot: true }),
      notice('b', '2026-03-05T00:00:00.000Z'),
    ]),
  ).toEqual(['b']);
});
