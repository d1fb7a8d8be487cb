import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { createActivities } from '../../activities/case-activities.ts';
import { createFileMailBox } from '../../activities/ports/file-mail-box.ts';
import { projectFolder } from '../../cli/project-folder.ts';
import { loadSettings } from '../../cli/settings.ts';
import { workflowBundle } from '../../cli/worker/workflow-bundle.ts';
import { openStore, type Store } from '../../db/open.ts';
import type { Json } from '../../machines/kernel/json.ts';
import type { CaseActivities, ServiceCall } from '../../workflows/activity-contract.ts';
import { startTimeSkipping } from './temporal.ts';
import { bankOfNumbers, prepareRuntime } from './worker.ts';

export type AnswerCall = (call: ServiceCall) => Promise<Json>;

/** A worker on a server whose clock is moved by hand. One clock for all cases: play them one after the other. */
export type TimeSkippingWorker = {
  readonly client: Client;
  readonly store: Store;
  readonly taskQueue: string;
  /** The server's time, epoch milliseconds. It starts at the real one and runs on by itself, too. */
  nowMs(): Promise<number>;
  /** Brings the clock here, unless it is later already. */
  skipTo(atMs: number): Promise<void>;
  /** From here on the services of this tenant's cases are answered so. */
  answerCalls(tenant: string, answer: AnswerCall): void;
  stop(): Promise<void>;
};

/** Longer than any test's clock runs. */
const parkedFor = '1000d';

/**
 * Leaves an activity without an answer while the clock goes on: one that runs would hold the clock, so it fails and is
 * tried again, `after` so much of the server's time, by default never.
 */
export const unanswered = (after: ApplicationFailure['nextRetryDelay'] = parkedFor): ApplicationFailure =>
  ApplicationFailure.create({ type: 'UNANSWERED', message: 'No answer yet.', nextRetryDelay: after ?? null });

/**
 * A worker with the store, the projection and the assignment of a real one. Services are answered by doubles; cases
 * that a case starts or tells are played by whoever tests it.
 *
 * @param workflowsPath the file that exports the workflows
 */
export async function startTimeSkippingWorker(workflowsPath: string): Promise<TimeSkippingWorker> {
  prepareRuntime();
  const env = await startTimeSkipping();
  const folder = mkdtempSync(join(tmpdir(), 'caseloom-skipping-'));
  const store = await openStore({ file: join(folder, 'caseloom.db'), synchronous: 'NORMAL' });
  const taskQueue = `test-${folder.slice(-6)}`;
  const { tuned: _, stickyQueueScheduleToStartTimeoutMs, ...sizes } = loadSettings({}).worker;
  const answers = new Map<string, AnswerCall>();
  const doubles: Partial<CaseActivities> = {
    callService: (call) => {
      const answer = answers.get(call.tenant);
      if (!answer) {
        throw ApplicationFailure.nonRetryable('Nobody answers for this tenant.', 'SERVICE_UNKNOWN');
      }
      return answer(call);
    },
    startCase: () => Promise.reject(unanswered()),
    tellCase: async () => ({}),
  };
  const activities = createActivities({
    ...{ store, client: env.client, taskQueue },
    payments: bankOfNumbers(),
    letters: createFileMailBox(join(folder, 'mail')),
    onDeliveries: () => undefined,
    failPoint: () => undefined,
  });
  // The store has no people, and a seat that nobody may take would climb its ladder.
  doubles.assignTask = (request) =>
    request.seat === undefined ? activities.assignTask(request) : Promise.reject(unanswered());
  const worker = await Worker.create({
    connection: env.nativeConnection,
    namespace: env.namespace ?? 'default',
    taskQueue,
    workflowBundle: {
      codePath: await workflowBundle(join(projectFolder, '.caseloom/bundles'), workflowsPath),
    },
    activities: { ...activities, ...doubles },
    ...sizes,
    shutdownGraceTime: 2_000,
    stickyQueueScheduleToStartTimeout: stickyQueueScheduleToStartTimeoutMs,
  });
  const running = worker.run();
  const nowMs = () => env.currentTimeMs();

  return {
    ...{ client: env.client, store, taskQueue, nowMs },
    skipTo: async (atMs) => {
      const missingMs = atMs - (await nowMs());
      if (missingMs > 0) {
        await env.sleep(missingMs);
      }
    },
    answerCalls: (tenant, answer) => {
      answers.set(tenant, answer);
    },
    stop: async () => {
      worker.shutdown();
      await running;
      await env.teardown();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
