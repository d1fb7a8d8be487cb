import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { makeTelemetryFilterString, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createOwnerRound } from '../../activities/ask-for-owner.ts';
import { createBulkActivities } from '../../activities/bulk.ts';
import { createActivities } from '../../activities/case-activities.ts';
import { createTellPeople } from '../../activities/deliver-to-people.ts';
import { createFailPoint } from '../../activities/fail-point.ts';
import { createHandOnRound, type SendToCase } from '../../activities/hand-on-tasks.ts';
import { createLeadRound } from '../../activities/hand-to-leads.ts';
import { createFileMailBox } from '../../activities/ports/file-mail-box.ts';
import type { Letters } from '../../activities/ports/letters.ts';
import type { Payments } from '../../activities/ports/payment.ts';
import type { PolicyPort } from '../../activities/ports/policy.ts';
import { createWebhookLetters } from '../../activities/ports/webhook-letters.ts';
import { type Relay, startRelay } from '../../activities/relay.ts';
import { type NoticeParts, type NoticeRelay, startNoticeRelay } from '../../activities/relay-notices.ts';
import { repeatRound } from '../../activities/repeat-round.ts';
import { createStandaloneDeliveries } from '../../activities/standalone-deliveries.ts';
import type { Store } from '../../db/open.ts';
import { startDueSurges } from '../../db/own/surge.ts';
import { isReachable } from '../../workflows/client/is-reachable.ts';
import { sendCommand } from '../../workflows/client/send-command.ts';
import type { Settings } from '../settings.ts';
import { connectionOptions, connectTemporal } from '../temporal/connection.ts';
import { type BulkSettings, bulkSender } from './bulk-sender.ts';
import { catchUp } from './catch-up.ts';
import { createFailCodec } from './fail-codec.ts';
import { keepInStep } from './keep-in-step.ts';
import { sdkLogger } from './sdk-logger.ts';
import { keepWaking } from './wake-asked.ts';
import { workflowBundle } from './workflow-bundle.ts';

export interface CaseWorkerOptions {
  settings: Pick<Settings, 'home' | 'temporal' | 'taskQueues' | 'worker'>;
  store: Store;
  /** Where bundled workflow code is kept; default in the state folder. */
  bundleFolder?: string;
  payments: Payments;
  /** Default: files in the state folder, or the webhook that the environment names. */
  letters?: Letters;
  /** Default: none. */
  policies?: PolicyPort;
  /** How people and other systems are told; absent: messages to roles go where letters go. */
  notices?: Omit<NoticeParts, 'store'>;
  /** Absent: this worker does no bulk work. */
  bulk?: BulkSettings;
  env?: NodeJS.ProcessEnv;
}

export interface CaseWorker {
  /** Resolves when the worker has ended after `stop`, rejects when it failed. */
  ended: Promise<void>;
  /** Takes no new work and finishes what it has. */
  stop: () => Promise<void>;
}

/** How long the sweeps over tasks wait for a case's answer. */
const answerMsMax = 5_000;
const absentEveryMs = 10_000;
const excludedEveryMs = 60_000;
const desertedEveryMs = 300_000;
const ownersEveryMs = 60_000;
const surgeEveryMs = 60_000;
const contactEveryMs = 2_000;

/** Starts a worker: it runs cases, carries out what they ask for, and delivers their messages. */
export const startCaseWorker = async (options: CaseWorkerOptions): Promise<CaseWorker> => {
  const { settings, store, payments, env = process.env } = options;
  const { home, temporal, taskQueues, worker: sizes } = settings;
  const { tuned: _, stickyQueueScheduleToStartTimeoutMs, shutdownGraceTimeMs, ...counts } = sizes;
  const taskQueue = taskQueues.cases;
  const letters = options.letters ?? lettersFrom(env, home);
  const failPoint = createFailPoint(env.CASELOOM_FAIL_AT);

  const [codePath, native, connection] = await Promise.all([
    workflowBundle(options.bundleFolder ?? join(home, 'bundles')),
    NativeConnection.connect(connectionOptions(temporal, env)),
    connectTemporal(temporal),
  ]);
  const client = new Client({ connection, namespace: temporal.namespace });
  let relay: Relay | undefined;
  const activities = createActivities({
    ...{ store, client, taskQueue, payments, letters, failPoint },
    ...(options.policies ? { policies: options.policies } : {}),
    ...(options.notices ? { tellPeople: createTellPeople(store, options.notices) } : {}),
    onDeliveries: () => relay?.nudge(),
  });
  const worker = await Worker.create({
    connection: native,
    namespace: temporal.namespace,
    taskQueue,
    workflowBundle: { codePath },
    activities: {
      ...activities,
      ...(options.bulk &&
        createBulkActivities({
          ...{ store, atOnce: options.bulk.atOnce, now: Date.now },
          sendItem: bulkSender(store, { client, taskQueue }, options.bulk),
        })),
    },
    ...counts,
    stickyQueueScheduleToStartTimeout: stickyQueueScheduleToStartTimeoutMs,
    shutdownGraceTime: shutdownGraceTimeMs,
    ...(env.CASELOOM_FAIL_AT ? { dataConverter: { payloadCodecs: [createFailCodec(failPoint)] } } : {}),
  });
  const say = (line: string): unknown => process.stderr.write(`${line}\n`);
  const inStep = await keepInStep({
    ...{ store, workerId: randomUUID(), now: Date.now, everyMs: contactEveryMs, say },
    reaches: () => isReachable(client),
    tell: (sinceMs, signal) => catchUp(store, client, sinceMs, signal),
  });
  const running = worker.run();
  relay = startRelay(store, createStandaloneDeliveries(client, taskQueue, activities.deliver), (line) =>
    process.stderr.write(`${line}\n`),
  );
  const notices: NoticeRelay | undefined =
    options.notices &&
    startNoticeRelay({ store, ...options.notices }, (line) => process.stderr.write(`${line}\n`));
  const sendToCase: SendToCase = (key, command) =>
    sendCommand(client, key, command, { deadlineMs: Date.now() + answerMsMax });
  const handOn = repeatRound(createHandOnRound({ store, send: sendToCase, say }), {
    ...{ what: 'tasks of the absent', everyMs: absentEveryMs, say },
  });
  const fromExcluded = repeatRound(createHandOnRound({ store, send: sendToCase, say }, 'excluded'), {
    ...{ what: 'tasks of the excluded', everyMs: excludedEveryMs, say },
  });
  const toLeads = repeatRound(createLeadRound({ store, send: sendToCase, say }), {
    ...{ what: 'tasks that wait for nobody', everyMs: desertedEveryMs, say },
  });
  const owners = repeatRound(createOwnerRound({ store, send: sendToCase, say }), {
    ...{ what: 'owners who are away', everyMs: ownersEveryMs, say },
  });
  const surges = repeatRound(() => startDueSurges(store, Date.now()), {
    ...{ what: 'surge mode', everyMs: surgeEveryMs, say },
  });
  const ending = new AbortController();
  const woken =
    options.bulk &&
    keepWaking({ store, client, taskQueue }, ending.signal, () => {
      process.stderr.write('Bulk jobs that wait to begin could not be begun.\n');
    });
  const end = async (drained: boolean): Promise<void> => {
    ending.abort();
    await Promise.all([
      relay?.stop(),
      notices?.stop(),
      handOn.stop(),
      fromExcluded.stop(),
      toLeads.stop(),
      owners.stop(),
      surges.stop(),
      woken,
    ]);
    // Whoever finds no sign of life takes what this worker has in its hands for lost: nothing may be left in them.
    await inStep.stop(drained);
    await Promise.all([native.close(), connection.close()]);
  };
  const ended = running.then(
    () => end(true),
    async (error: unknown) => {
      await end(false);
      throw error;
    },
  );
  return {
    ended,
    stop: async () => {
      if (worker.getState() === 'RUNNING') {
        worker.shutdown();
      }
      await ended;
    },
  };
};

/** Sets the SDK's own log up; once per process, before the first worker. */
export const installRuntime = (): void => {
  Runtime.install({
    logger: sdkLogger('WARN'),
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} },
    },
    shutdownSignals: [],
  });
};

const lettersFrom = (
  { CASELOOM_WEBHOOK_URL, CASELOOM_WEBHOOK_SECRET }: NodeJS.ProcessEnv,
  home: string,
): Letters =>
  CASELOOM_WEBHOOK_URL && CASELOOM_WEBHOOK_SECRET
    ? createWebhookLetters({ url: CASELOOM_WEBHOOK_URL, secret: CASELOOM_WEBHOOK_SECRET })
    : createFileMailBox(join(home, 'mail'));
