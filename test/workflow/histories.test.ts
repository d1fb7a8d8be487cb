import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, test } from 'vitest';
import { projectFolder } from '../../cli/project-folder.ts';
import { workflowBundle } from '../../cli/worker/workflow-bundle.ts';
import { prepareRuntime } from '../support/worker.ts';
import { productVersion, type RecordedRun, readHistories } from './history-files.ts';
import { recordHistories } from './record-histories.ts';

// Guarantee: cases that any release has begun go on with today's code. A release records its own histories with
// `UPDATE_HISTORIES=1 vitest run test/workflow/histories.test.ts`; those of earlier releases are never touched.

let bundle: string;
let recorded: RecordedRun[];

beforeAll(async () => {
  prepareRuntime();
  if (process.env.UPDATE_HISTORIES === '1') {
    await recordHistories();
  }
  bundle = readFileSync(await workflowBundle(join(projectFolder, '.caseloom/bundles')), 'utf8');
  recorded = readHistories();
}, 300_000);

/** What became of each run, by its name: why it cannot go on, or undefined. */
const replay = async (code: string, runs = recorded): Promise<Map<string, string | undefined>> => {
  const named = new Map(runs.map(({ history, name }) => [runIdOf(history), name]));
  const outcomes = new Map<string, string | undefined>();
  for await (const { runId, error } of Worker.runReplayHistories({ workflowBundle: { code } }, runs)) {
    outcomes.set(named.get(runId) ?? runId, error && String(error));
  }
  return outcomes;
};

const runIdOf = ({ events }: RecordedRun['history']): string =>
  events?.[0]?.workflowExecutionStartedEventAttributes?.originalExecutionRunId ?? '';

describe('recorded histories', () => {
  test('are there for this release, of each kind of case and each turn that one can take', () => {
    const names = recorded.map(({ name }) => name);
    for (const name of [
      'claim-1',
      'exposure-1',
      'complaint-and-reopened-2',
      'complaint-incident-1',
      'complaint-continued-2',
      'complaint-burst-1',
      'complaint-breached-1',
    ]) {
      expect(names).toContain(`${productVersion}/${name}`);
    }
  });

  test('are all replayed by the code of today', async () => {
    const outcomes = await replay(bundle);
    expect([...outcomes].filter(([, error]) => error !== undefined)).toEqual([]);
    expect([...outcomes.keys()].sort()).toEqual(recorded.map(({ name }) => name).sort());
  });

  // One that is told apart by its entries and one by their hashes alone; the commands to the server stay the same.
  test.each([
    ['names an entry otherwise', /case\.opened/g, 'case.begun', 'complaint-breached-1'],
    ['hashes its entries otherwise', /`\\u0000(?=\$\{leaf\}`)/, '`1', 'complaint-continued-2'],
    ['warns at another time', /0\.5,(\s*)0\.75,(\s*)0\.9\b/g, '0.55,$1 0.75,$2 0.9', 'complaint-breached-1'],
  ])('are not all replayed by a kernel that %s', async (_what, from, to, name) => {
    const changed = bundle.replace(from, to);
    expect(changed).not.toBe(bundle);
    const runs = recorded.filter((run) => run.name === `${productVersion}/${name}`);
    const outcomes = await replay(changed, runs);
    expect([...outcomes.values()]).toEqual([expect.stringContaining('Replay differs')]);
  });
});
