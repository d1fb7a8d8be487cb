import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createBulkActivities, type SendItem } from '../../activities/bulk.ts';
import { StoreUnavailable } from '../../db/failure.ts';
import type { Store } from '../../db/open.ts';
import { bulkItems, bulkJobs } from '../../db/schema/index.ts';
import type { SliceResult } from '../../workflows/bulk-contract.ts';
import { type TemporaryStore, temporaryStore } from '../support/temporary-store.ts';

// Guarantee: whatever fails within a slice, what became of its items is kept, and the next slice finds its places free; one
// that takes long, or is stopped, begins no further item and says how far it came.

const key = { tenant: 'acme', jobId: 'job-1' };
let opened: TemporaryStore;

beforeEach(async () => {
  opened = await temporaryStore();
  const { db } = opened.store;
  db.insert(bulkJobs)
    .values({
      ...{ ...key, starterId: 'lead', keyId: null, verb: 'remind', toId: null, dryRun: false },
      ...{ textNonce: null, textCiphertext: null, perSecond: 100, total: 3, status: 'asked' },
      ...{ startedAtMs: 0, endedAtMs: null },
    })
    .run();
  for (const n of [1, 2, 3]) {
    db.insert(bulkItems)
      .values({ ...key, n, itemId: `task-${n}`, caseId: `case-${n}`, status: 'waiting' })
      .run();
  }
});
afterEach(() => opened.remove());

/** Slices by one worker that does one item at a time. */
const slices = (store: Store, sendItem: SendItem, environment = new MockActivityEnvironment()) => {
  const activities = createBulkActivities({ store, sendItem, atOnce: 1, now: () => 7 });
  return (after = 0): Promise<SliceResult> =>
    environment.run(() => activities.runBulkSlice({ ...key, after, isLast: false }));
};
const rows = () => opened.store.db.select().from(bulkItems).orderBy(bulkItems.n).all();
const statuses = () => rows().map(({ status }) => status);
const done: SendItem = async (_, { n }) => ({ result: { status: 'done', seq: 10 + n } });

test('what became of each is kept', async () => {
  expect(await slices(opened.store, done)()).toEqual({ next: 'round', after: 3, waiting: 0 });
  expect(rows().map(({ status, seq, atMs }) => [status, seq, atMs])).toEqual([
    ['done', 11, 7],
    ['done', 12, 7],
    ['done', 13, 7],
  ]);
});

test('an item that fails the slice keeps nothing from those before it', async () => {
  let away = true;
  const slice = slices(opened.store, async (job, item) => {
    if (item.n === 2 && away) throw new StoreUnavailable('busy');
    return done(job, item);
  });
  await expect(slice()).rejects.toThrow(StoreUnavailable);
  expect(statuses()[0]).toBe('done');
  away = false;
  await slice();
  expect(statuses()).toEqual(['done', 'done', 'done']);
});

test('a job that cannot be read fails the slice, and the next one finds the place free', async () => {
  let sent = 0;
  let away = true;
  const store: Store = {
    ...opened.store,
    read: (work) =>
      away && sent === 1 ? Promise.reject(new StoreUnavailable('busy')) : opened.store.read(work),
  };
  const slice = slices(store, async (job, item) => {
    sent += 1;
    return done(job, item);
  });
  await expect(slice()).rejects.toThrow(StoreUnavailable);
  expect(statuses()).toEqual(['done', 'waiting', 'waiting']);
  away = false;
  expect((await slice()).next).toBe('round');
  expect(statuses()).toEqual(['done', 'done', 'done']);
}, 10_000);

test('a slice whose items take long ends after ten seconds, with one item at least; the next goes on from there', async () => {
  let nowMs = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  const slice = slices(opened.store, async (job, item) => {
    nowMs += 10_000;
    return done(job, item);
  });
  expect(await slice()).toEqual({ next: 'go', after: 1, waiting: 0 });
  expect(statuses()).toEqual(['done', 'waiting', 'waiting']);
  expect((await slice(1)).after).toBe(2);
});

test('a slice that is stopped, as by a worker that ends, begins nothing more', async () => {
  const environment = new MockActivityEnvironment();
  const slice = slices(
    opened.store,
    async (job, item) => {
      environment.cancel();
      return done(job, item);
    },
    environment,
  );
  expect(await slice()).toEqual({ next: 'go', after: 1, waiting: 0 });
  expect(statuses()).toEqual(['done', 'waiting', 'waiting']);
});
