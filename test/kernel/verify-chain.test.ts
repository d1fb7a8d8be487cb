import { describe, expect, it } from 'vitest';
import { type Entry, leafHash } from '../../machines/kernel/entry.ts';
import { verifyChain } from '../../machines/kernel/verify-chain.ts';
import { drive, hour } from './case-driver.ts';

// Guarantee: a trail that was altered is known as such, by whoever has only the trail, even where hashes were mended.

const trail = (): Entry[] => {
  const driver = drive({
    events: { note: { by: ['handler'] }, close: { by: ['handler'] } },
    machine: {
      initial: 's',
      states: { s: { on: { note: { actions: [] }, close: 'end' } }, end: { type: 'final' } },
    },
    reopen: { by: ['lead'], from: { end: { target: 's' } } },
  });
  driver.event('note', 'handler', hour(1));
  driver.event('close', 'handler', hour(2));
  driver.reopen({ by: 'lead' }, hour(3));
  driver.event('note', 'handler', hour(4));
  return driver.entries;
};
/** The entry with something in its leaf replaced and its hash mended. */
const forged = (entry: Entry, from: string | RegExp, to: string): Entry => {
  const leaf = entry.leaf.replace(from, to);
  expect(leaf).not.toBe(entry.leaf);
  return { ...entry, leaf, hash: leafHash(leaf) };
};
const at = (index: number, change: (entry: Entry) => Entry): Entry[] =>
  trail().map((entry, n) => (n === index ? change(entry) : entry));

it('a whole trail verifies, re-opening included; so does its beginning, and none at all', () => {
  expect(verifyChain(trail())).toEqual({ ok: true });
  expect(verifyChain(trail().slice(0, 3))).toEqual({ ok: true });
  expect(verifyChain([])).toEqual({ ok: true });
});

describe('found is', () => {
  it.each<[string, Entry[], number, string]>([
    [
      'an altered leaf',
      at(1, (entry) => ({ ...entry, leaf: entry.leaf.replace('note', 'nope') })),
      2,
      'HASH_DIFFERS',
    ],
    ['an altered hash', at(1, (entry) => ({ ...entry, hash: 'b'.repeat(64) })), 2, 'HASH_DIFFERS'],
    [
      'an altered leaf with its hash mended',
      at(1, (entry) => forged(entry, 'handler', 'hendlar')),
      3,
      'PREVIOUS_HASH_DIFFERS',
    ],
    ['an entry left out', trail().toSpliced(1, 1), 2, 'PREVIOUS_HASH_DIFFERS'],
    ['a first entry left out', trail().slice(1), 1, 'PREVIOUS_HASH_DIFFERS'],
    ['another number', at(4, (entry) => forged(entry, '"seq":5', '"seq":6')), 5, 'SEQ_NOT_GAPLESS'],
    [
      'an epoch that falls',
      at(4, (entry) => forged(entry, '"epoch":2', '"epoch":1')),
      5,
      'EPOCH_OUT_OF_ORDER',
    ],
    [
      'an epoch that rises by itself',
      at(4, (entry) => forged(entry, '"epoch":2', '"epoch":3')),
      5,
      'EPOCH_OUT_OF_ORDER',
    ],
    ["another case's entry", at(4, (entry) => forged(entry, 'case-1"', 'case-2"')), 5, 'OTHER_CASE'],
    ["another tenant's entry", at(4, (entry) => forged(entry, 'tenant-1', 'tenant-2')), 5, 'OTHER_CASE'],
    ['another label', at(4, (entry) => ({ ...entry, type: 'close' })), 5, 'LABEL_DIFFERS'],
    ['a leaf in another form', at(4, (entry) => forged(entry, '"seq":5', '"seq": 5')), 5, 'NOT_CANONICAL'],
    ['a leaf that is no JSON', at(4, (entry) => forged(entry, /^\{/, '')), 5, 'NOT_CANONICAL'],
    [
      'a leaf that is no object',
      at(0, (entry) => ({ ...entry, leaf: '7', hash: leafHash('7') })),
      1,
      'NOT_CANONICAL',
    ],
  ])('%s', (_, entries, badSeq, reason) => {
    expect(verifyChain(entries)).toEqual({ ok: false, badSeq, reason });
  });
});
