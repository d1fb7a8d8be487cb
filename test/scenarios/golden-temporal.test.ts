import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  playScenario,
  prepareScenario,
  runScenario,
  type ScenarioInput,
} from '../../machines/analysis/run-scenario.ts';
import { instantAt, instantMs, MINUTE_MS } from '../../machines/kernel/instant.ts';
import { verifyChain } from '../../machines/kernel/verify-chain.ts';
import { startTimeSkippingWorker, type TimeSkippingWorker } from '../support/time-skipping-worker.ts';
import { goldenLines, goldenTrail, shippedScenarios } from './golden-trail.ts';
import { exampleReply, exampleScenario, mendedExample } from './mended-example.ts';
import { shiftScenario, WEEK_MS } from './shift-scenario.ts';
import { workflowPlayer } from './workflow-player.ts';

// Guarantee: played by a real workflow under a real server's clock, each example of a shipped definition holds and
// leaves the same trail as in the pure kernel.

let running: TimeSkippingWorker | undefined;

const start = async (): Promise<TimeSkippingWorker> => {
  running ??= await startTimeSkippingWorker(join(import.meta.dirname, 'scenario-workflows.ts'));
  return running;
};

const stop = async (): Promise<void> => {
  await running?.stop();
  running = undefined;
};

beforeAll(start, 60_000);
afterAll(stop);

/** Lines with each instant brought back by so many weeks. */
const shiftedBack = (lines: string[], weeks: number): string[] =>
  lines.map((line) =>
    line.replaceAll(
      /"(\d{4}-\d\d-\d\dT[\d:.]+Z)"/g,
      (_, at: string) => `"${instantAt(instantMs(at) - weeks * WEEK_MS)}"`,
    ),
  );

/** Plays an example, moved to where the server's clock is; what it left, moved back. */
const playOnServer = async (name: string, input: ScenarioInput) => {
  const worker = await start();
  const nowMs = await worker.nowMs();
  const receivedMs = instantMs(prepareScenario(input).opening.receivedAt);
  const weeks = Math.ceil((nowMs + MINUTE_MS - receivedMs) / WEEK_MS);
  const tenant = name.replaceAll(/\W+/g, '-');
  const prepared = prepareScenario({ ...shiftScenario(input, weeks), tenant });
  const player = workflowPlayer(worker, prepared);
  const { trail, findings } = await playScenario(prepared, player);
  // A case that stays open would live through the months that each later example skips, and in the end hold the clock.
  if ((await player.state()).status === 'open') {
    await stop();
  }
  expect(verifyChain(trail)).toEqual({ ok: true });
  return { findings, lines: shiftedBack(goldenLines(trail), weeks) };
};

// Three of each latest version, the longest, are played every time; the
// others and those of earlier versions in `npm run test:full`. In the pure kernel each of them is played every time.
const shipped = shippedScenarios();
const latest = new Map(shipped.map(({ input: { document } }) => [document.id, document.version]));
const isFull = process.env.CASELOOM_FULL === '1';
const longestMax = 3;
const ofLatest = shipped.filter(({ input: { document } }) => latest.get(document.id) === document.version);
const longest = [...Map.groupBy(ofLatest, ({ input }) => input.document.id).values()].flatMap((each) =>
  each.toSorted((a, b) => b.input.scenario.steps.length - a.input.scenario.steps.length).slice(0, longestMax),
);
const played = isFull ? shipped : longest;

describe('on a time-skipping server', () => {
  it.each(played.map(({ name, input }) => [name, input] as const))('%s', async (name, input) => {
    const { findings, lines } = await playOnServer(name, input);
    expect(findings).toEqual([]);
    expect(lines).toEqual(goldenTrail(name));
  });

  it('a service that a later step answers, an incident, a task, and opening again', async () => {
    const { findings, lines } = await playOnServer('mended', mendedExample());
    expect(findings).toEqual([]);
    expect(lines).toEqual(goldenLines((await runScenario(mendedExample())).trail));
  });

  it('an example that does not hold is found there too', async () => {
    const scenario = exampleScenario([{ ...exampleReply, as: 'auditor' }]);
    const { findings } = await playOnServer('does-not-hold', { ...mendedExample(), scenario });
    expect(findings).toEqual([
      { step: 1, message: expect.stringMatching(/^The command is refused: ROLE_REQUIRED/) },
    ]);
  });
});
