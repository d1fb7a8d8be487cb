import { afterAll, beforeAll, expect, test } from 'vitest';
import { countTry, forgetTries, type TryLimit, waitBeforeTry } from '../../db/own/sign-in-tries.ts';
import { type TemporaryStore, temporaryStore } from '../support/temporary-store.ts';

// Guarantee: the wait doubles up to its longest and no further, what comes meanwhile does not lengthen it, and honest
// mistakes are forgotten.

let opened: TemporaryStore;
beforeAll(async () => {
  opened = await temporaryStore();
});
afterAll(() => opened.remove());

const startMs = Date.UTC(2026, 4, 4);
const doubling: TryLimit = { free: 3, waitMs: 1_000, waitMsMax: 5_000 };
const count = (key: string, limit: TryLimit, nowMs: number) =>
  countTry(opened.store, 't', { key, limit, nowMs });

test('waits double, up to the longest; what comes meanwhile counts for nothing; a success forgets all', async () => {
  let nowMs = startMs;
  const waits: number[] = [];
  for (let n = 0; n < 8; n += 1) {
    expect((await count('a', doubling, nowMs)).retryAfterMs).toBe(0);
    const waitMs = await waitBeforeTry(opened.store, 't', 'a', nowMs);
    waits.push(waitMs);
    if (waitMs > 0) {
      expect(await count('a', doubling, nowMs + waitMs - 1)).toEqual({ retryAfterMs: 1, locksNow: false });
    }
    nowMs += waitMs;
  }
  expect(waits).toEqual([0, 0, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000]);
  await forgetTries(opened.store, 't', 'a');
  expect(await count('a', doubling, nowMs)).toEqual({ retryAfterMs: 0, locksNow: false });
  expect(await waitBeforeTry(opened.store, 't', 'a', nowMs)).toBe(0);
  expect(await waitBeforeTry(opened.store, 'other', 'a', startMs + 3_000)).toBe(0);
});

test('after a day without a failure nothing is remembered', async () => {
  for (let n = 0; n < 3; n += 1) await count('b', doubling, startMs);
  expect(await waitBeforeTry(opened.store, 't', 'b', startMs)).toBe(1_000);
  const nextDayMs = startMs + 86_400_000;
  await count('b', doubling, nextDayMs);
  expect(await waitBeforeTry(opened.store, 't', 'b', nextDayMs)).toBe(0);
});

test('failures as rare as they are forgotten never wait, however many', async () => {
  const forgetting: TryLimit = { ...doubling, forgetEachMs: 10_000 };
  for (let n = 0; n < 50; n += 1) {
    const nowMs = startMs + n * 10_000;
    await count('c', forgetting, nowMs);
    expect(await waitBeforeTry(opened.store, 't', 'c', nowMs)).toBe(0);
  }
  // A clock that is set back makes no failures of its own.
  await count('e', forgetting, startMs + 86_400_000);
  await count('e', forgetting, startMs);
  expect(await waitBeforeTry(opened.store, 't', 'e', startMs)).toBe(0);
  // Twice as often: one of two is forgotten, so the wait comes.
  let waited = false;
  for (let n = 0; n < 10; n += 1) {
    const nowMs = startMs + n * 5_000;
    await count('d', forgetting, nowMs);
    waited ||= (await waitBeforeTry(opened.store, 't', 'd', nowMs)) > 0;
  }
  expect(waited).toBe(true);
});
