import { expect, test } from 'vitest';
import { createPlaces } from '../../activities/places.ts';

// Guarantee: bulk work makes room for people while the engine is slow, comes back when it is not, and never stops.

const work = async (places: ReturnType<typeof createPlaces>, tookMs: number, times: number) => {
  for (let n = 0; n < times; n++) (await places.enter())(tookMs);
};

test('no more are let in than there are places, in the order of asking', async () => {
  const places = createPlaces(2);
  const entered: number[] = [];
  const leaves = await Promise.all([places.enter(), places.enter()]);
  const rest = [1, 2, 3].map(async (n) => {
    const leave = await places.enter();
    entered.push(n);
    leave(1);
  });
  await Promise.resolve();
  expect(entered).toEqual([]);
  for (const leave of leaves) leave(1);
  await Promise.all(rest);
  expect(entered).toEqual([1, 2, 3]);
});

test('while work takes long there are fewer places, down to one; afterwards as many as before', async () => {
  const places = createPlaces(8);
  await work(places, 900, 3);
  expect(places.count()).toBeLessThan(8);
  await work(places, 900, 50);
  expect(places.count()).toBe(1);
  await work(places, 20, 100);
  expect(places.count()).toBe(8);
});
