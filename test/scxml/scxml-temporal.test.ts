import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTimeSkippingWorker, type TimeSkippingWorker } from '../support/time-skipping-worker.ts';
import { playOnTemporal } from './play-on-temporal.ts';
import { readScxmlTest } from './play-scxml.ts';
import { playableScxmlTests } from './scxml-tests.ts';

// Guarantee: a case that goes over into a new workflow run after every event moves through states as the W3C's
// statecharts do: what one run hands to the next loses nothing.

const sample = [
  'basic/basic2',
  'actionSend/send8b',
  'cond-js/TestConditionalTransition',
  'delayedSend/send2',
  'history/history4b',
  'history/history5',
  'in/TestInPredicate',
  'more-parallel/test10b',
  'parallel+interrupt/test21c',
  'targetless-transition/test3',
  'w3c-ecma/test220.txml',
  'w3c-ecma/test237.txml',
  'w3c-ecma/test372.txml',
  'w3c-ecma/test417.txml',
];
const names = process.env.CASELOOM_FULL === '1' ? playableScxmlTests : sample;

let worker: TimeSkippingWorker;

beforeAll(async () => {
  worker = await startTimeSkippingWorker(join(import.meta.dirname, 'scxml-workflows.ts'));
}, 60_000);

afterAll(async () => {
  await worker?.stop();
});

describe('in a workflow that continues as new after every event', () => {
  it.each(names)('%s', async (name) => {
    const test = readScxmlTest(name);
    const steps = await playOnTemporal(worker, test);
    expect(steps.map(({ reached }) => reached)).toEqual(steps.map(({ states }) => states));
    expect(steps).toHaveLength(test.expected.length);
    const runs = steps.filter(({ taken }) => taken).map(({ runId }) => runId);
    expect(runs).not.toContain(undefined);
    expect(new Set(runs).size).toBe(runs.length);
  });
});
