import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Contact, nextContact } from '../../cli/worker/contact.ts';
import { type InStep, keepInStep, type StepParts } from '../../cli/worker/keep-in-step.ts';
import { StoreUnavailable } from '../../db/failure.ts';
import type { Store } from '../../db/open.ts';
import { queueDeliveriesIn, takeChannelDeliveries } from '../../db/own/notifications-deliveries.ts';
import { workerContacts } from '../../db/schema/index.ts';
import { takeDeliveries } from '../../db/write/outbox.ts';
import { project } from '../../db/write/project.ts';
import { syntheticCase, syntheticStep } from '../support/synthetic-case.ts';
import { temporaryStore } from '../support/temporary-store.ts';

// Guarantee: what a worker stored before it died, or while Temporal was away, is told to the cases' runs, once for all
// workers; one that ends in good order leaves nothing to tell.

const sound: Contact = { reachedAtMs: 100_000, owedSinceMs: undefined };

test.each([
  ['Temporal answers', { atMs: 102_000, reached: true }, { reachedAtMs: 102_000, owedSinceMs: undefined }],
  ['a short silence', { atMs: 102_000, reached: false }, { reachedAtMs: 100_000, owedSinceMs: undefined }],
  [
    'Temporal is away for long',
    { atMs: 160_000, reached: false },
    { reachedAtMs: 100_000, owedSinceMs: undefined },
  ],
  [
    'back after a short silence',
    { atMs: 108_000, reached: true },
    { reachedAtMs: 108_000, owedSinceMs: undefined },
  ],
  ['back after a long one', { atMs: 108_001, reached: true }, { reachedAtMs: 108_001, owedSinceMs: 100_000 }],
  [
    'another worker died',
    { atMs: 102_000, reached: true, leftSinceMs: 90_000 },
    { reachedAtMs: 102_000, owedSinceMs: 90_000 },
  ],
  [
    'another died while Temporal was away',
    { atMs: 120_000, reached: true, leftSinceMs: 90_000 },
    { reachedAtMs: 120_000, owedSinceMs: 90_000 },
  ],
])('contact: %s', (_what, seen, expected) => {
  expect(nextContact(sound, { leftSinceMs: undefined, ...seen })).toEqual(expected);
});

test('contact: what is owed stays owed from the earliest on', () => {
  const owed = { reachedAtMs: 100_000, owedSinceMs: 50_000 };
  const seen = { atMs: 140_000, reached: true, leftSinceMs: 70_000 };
  expect(nextContact(owed, seen)).toEqual({ reachedAtMs: 140_000, owedSinceMs: 50_000 });
});

let store: Store;
let remove: () => Promise<void>;
let running: InStep[];

beforeEach(async () => {
  ({ store, remove } = await temporaryStore());
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((inStep) => inStep.stop(true)));
  await remove();
});

/** A worker under a clock of its own, whose Temporal can be away, and what it was told to tell. */
const worker = async (workerId: string, parts: Partial<StepParts> = {}, beganAtMs = 1_000_000) => {
  const place = { nowMs: beganAtMs, reached: true, told: [] as number[], said: [] as string[] };
  const inStep = await keepInStep({
    ...{ store, workerId, everyMs: 5 },
    now: () => place.nowMs,
    reaches: async () => place.reached,
    tell: async (sinceMs) => {
      place.told.push(sinceMs);
    },
    say: (line) => place.said.push(line),
    ...parts,
  });
  running.push(inStep);
  return { ...inStep, place };
};

const signs = () => store.read((db) => db.select().from(workerContacts).all());

test('who ends in good order leaves no sign, and the next one tells nothing', async () => {
  const first = await worker('first');
  expect(await signs()).toEqual([{ workerId: 'first', aliveAtMs: 1_000_000, knownUntilMs: 1_000_000 }]);
  await first.stop(true);
  expect(await signs()).toEqual([]);
});

test('who dies is found by another within ten seconds, and what it left is told from its last sign on', async () => {
  const dead = await worker('dead');
  await dead.stop(false);
  expect(await signs()).toHaveLength(1);
  const other = await worker('other');
  other.place.nowMs += 8_000;
  await expect
    .poll(signs)
    .toContainEqual(expect.objectContaining({ workerId: 'other', aliveAtMs: 1_008_000 }));
  expect(other.place.told).toEqual([]);
  other.place.nowMs += 1;
  await expect.poll(() => other.place.told).toEqual([1_000_000]);
  await expect.poll(signs).toEqual([{ workerId: 'other', aliveAtMs: 1_008_001, knownUntilMs: 1_008_001 }]);
  expect(other.place.told).toEqual([1_000_000]);
});

test('who dies while telling leaves it to the next', async () => {
  await (await worker('dead')).stop(false);
  let release = (): void => undefined;
  const telling = new Promise<void>((resolve) => {
    release = resolve;
  });
  const second = await worker('second', { tell: () => telling });
  second.place.nowMs += 8_001;
  await expect.poll(signs).toEqual([{ workerId: 'second', aliveAtMs: 1_008_001, knownUntilMs: 1_000_000 }]);
  const stopped = second.stop(false);
  release();
  await stopped;
  const third = await worker('third');
  third.place.nowMs += 20_000;
  await expect.poll(() => third.place.told).toEqual([1_000_000]);
});

/** What a worker takes of two letters, which then go out of its hands with it, and of one message to a person. */
const takeMessages = async (nowMs: number): Promise<number> => {
  const letters = await takeDeliveries(store, { nowMs });
  return letters.length + (await takeChannelDeliveries(store, { nowMs, lane: 'person' })).length;
};

const queueMessages = async (): Promise<void> => {
  const letter = { type: 'deliver', template: 't', to: { customer: true }, data: {} } as const;
  const effects = [1, 2].map((n) => ({ ...letter, id: `case-1/1/${n}` }));
  await project(store, syntheticStep(syntheticCase(), {}, {}, effects));
  const message = { tenant: 'acme', notificationId: 'n-1' };
  await store.write((db) => queueDeliveriesIn(db, message, ['email'], 0));
};

test('messages that the dead had taken go out with the first that finds them dead', async () => {
  await queueMessages();
  await (await worker('dead')).stop(false);
  expect(await takeMessages(1_000_500)).toBe(3);
  const next = await worker('next', {}, 1_001_000);
  next.place.nowMs = 1_008_000;
  await expect.poll(signs).toContainEqual(expect.objectContaining({ aliveAtMs: 1_008_000 }));
  expect(await takeMessages(1_008_000)).toBe(0);
  next.place.nowMs = 1_008_001;
  await expect.poll(() => takeMessages(1_008_001)).toBe(3);
});

test('messages that the finder has taken itself stay with it', async () => {
  await queueMessages();
  await (await worker('dead')).stop(false);
  const living = await worker('living');
  expect(await takeMessages(1_000_000)).toBe(3);
  living.place.nowMs = 1_009_000;
  await expect.poll(() => living.place.told).toEqual([1_000_000]);
  expect(await takeMessages(1_009_000)).toBe(0);
});

test('messages that a third worker may have taken stay with it', async () => {
  await queueMessages();
  await (await worker('dead')).stop(false);
  const third = await worker('third');
  expect(await takeMessages(1_000_000)).toBe(3);
  const finder = await worker('finder', {}, 1_001_000);
  third.place.nowMs = 1_007_000;
  await expect.poll(signs).toContainEqual(expect.objectContaining({ aliveAtMs: 1_007_000 }));
  finder.place.nowMs = 1_009_000;
  await expect.poll(() => finder.place.told).toEqual([1_000_000]);
  expect(await takeMessages(1_009_000)).toBe(0);
});

test('after Temporal was away everything since then is told, and again if it goes away meanwhile', async () => {
  const told: number[] = [];
  const one = await worker('one', {
    tell: async (sinceMs) => {
      told.push(sinceMs);
      one.place.reached = told.length > 1;
    },
  });
  one.place.reached = false;
  one.place.nowMs += 30_000;
  await expect.poll(signs).toEqual([{ workerId: 'one', aliveAtMs: 1_030_000, knownUntilMs: 1_000_000 }]);
  expect(told).toEqual([]);
  one.place.reached = true;
  await expect.poll(() => told).toEqual([1_000_000]);
  one.place.reached = true;
  await expect.poll(() => told).toEqual([1_000_000, 1_000_000]);
  await expect.poll(signs).toEqual([{ workerId: 'one', aliveAtMs: 1_030_000, knownUntilMs: 1_030_000 }]);
});

test('who ends while Temporal is away leaves its sign', async () => {
  const one = await worker('one');
  one.place.reached = false;
  await one.stop(true);
  expect(await signs()).toHaveLength(1);
});

test('where the store cannot be asked, it is said, and asked again', async () => {
  await (await worker('dead')).stop(false);
  let tries = 0;
  const one = await worker('one', {
    tell: async () => {
      tries += 1;
      if (tries === 1) throw new StoreUnavailable('busy');
    },
  });
  one.place.nowMs += 9_000;
  await expect.poll(() => tries).toBe(2);
  expect(one.place.said).toEqual(['The store could not be asked what was written last; it is asked again.']);
});
