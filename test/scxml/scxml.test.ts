import { describe, expect, it } from 'vitest';
import { NotInDocument } from './convert-scxml.ts';
import { playScxmlTest, readScxmlTest } from './play-scxml.ts';
import { scxmlTestNames as names, notInDocument, playableScxmlTests as playable } from './scxml-tests.ts';

// Guarantee: the kernel moves through states as the W3C's statecharts do, whole configurations compared, also when its
// state is turned to JSON and back before every step.

it('the suite is whole', () => {
  expect(names).toHaveLength(169);
  expect(new Set(names).size).toBe(169);
  expect(playable).toHaveLength(163);
});

describe('reaches the states that the suite names', () => {
  it.each(playable)('%s', (name) => {
    const test = readScxmlTest(name);
    const steps = playScxmlTest(test);
    expect(steps.map(({ reached }) => reached)).toEqual(steps.map(({ states }) => states));
    expect(steps).toHaveLength(test.expected.length);
  });
});

describe('is not to be said in a definition', () => {
  it.each(Object.entries(notInDocument))('%s: %s', (name, reason) => {
    expect(() => readScxmlTest(name)).toThrow(new NotInDocument(reason));
  });
});
