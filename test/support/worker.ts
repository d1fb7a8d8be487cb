import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { Letters } from '../../activities/ports/letters.ts';
import type { Payments } from '../../activities/ports/payment.ts';
import { createPaymentDouble } from '../../activities/ports/payment-double.ts';
import type { PolicyPort } from '../../activities/ports/policy.ts';
import { projectFolder } from '../../cli/project-folder.ts';
import { loadSettings, type Settings } from '../../cli/settings.ts';
import { installRuntime, startCaseWorker } from '../../cli/worker/case-worker.ts';
import { openStore, type Store } from '../../db/open.ts';
import type { Command, Opening } from '../../machines/kernel/command.ts';
import { type CompileInput, compile } from '../../machines/kernel/compile.ts';
import { open } from '../../machines/kernel/open.ts';
import { isRefusal } from '../../machines/kernel/refusal.ts';
import type { CaseState } from '../../machines/kernel/state.ts';
import type { Outcome } from '../../workflows/client/outcome.ts';
import { sendCommand } from '../../workflows/client/send-command.ts';
import { startCase } from '../../workflows/client/start-case.ts';
import {
  type Answer,
  type CaseInput,
  type CaseLimits,
  caseWorkflowId,
  stateQuery,
} from '../../workflows/messages.ts';
import { miniInput, miniOpening } from './mini-case.ts';

export type TestWorker = {
  readonly store: Store;
  readonly folder: string;
  /** Of the worker and its client alone. */
  readonly taskQueue: string;
  readonly client: Client;
  open(options?: {
    opening?: Partial<Opening>;
    compile?: CompileInput;
    limits?: CaseLimits;
  }): Promise<{ caseId: string; outcome: Outcome }>;
  start(input: CaseInput, judged: CaseState): Promise<Outcome>;
  send(caseId: string, command: Command): Promise<Outcome>;
  state(caseId: string): Promise<CaseState>;
  /** Stops the worker; store and folder stay. */
  stopWorker(): Promise<void>;
  startWorker(): Promise<void>;
  stop(): Promise<void>;
};

/** A bank that pays by account number: a payee of the test's cases is one, and no personal value. */
export const bankOfNumbers = (): Payments =>
  createPaymentDouble(async (_tenant, payee) => ({ account: String(payee) }));

const answerWithinMs = 15_000;
let installed = false;

/** Sets the SDK's log up; before anything else of it is used in this process. */
export function prepareRuntime(): void {
  if (!installed) {
    installRuntime();
    installed = true;
  }
}

/** A worker with a store of its own, on a task queue of its own, and a client's side to go with it. */
export async function startTestWorker(options: {
  temporal: Settings['temporal'];
  client: Client;
  payments?: Payments;
  letters?: Letters;
  policies?: PolicyPort;
  maxCachedWorkflows?: number;
}): Promise<TestWorker> {
  prepareRuntime();
  const { temporal, client } = options;
  const folder = mkdtempSync(join(tmpdir(), 'caseloom-worker-'));
  const store = await openStore({ file: join(folder, 'caseloom.db'), synchronous: 'NORMAL' });
  const { worker: sizes } = loadSettings({});
  const taskQueue = `test-${folder.slice(-6)}`;
  const payments = options.payments ?? bankOfNumbers();
  const launch = () =>
    startCaseWorker({
      settings: {
        home: folder,
        temporal,
        taskQueues: { cases: taskQueue },
        worker: {
          ...sizes,
          maxCachedWorkflows: options.maxCachedWorkflows ?? 100,
          shutdownGraceTimeMs: 2_000,
        },
      },
      store,
      bundleFolder: join(projectFolder, '.caseloom/bundles'),
      env: {},
      payments,
      ...(options.letters === undefined ? {} : { letters: options.letters }),
      ...(options.policies === undefined ? {} : { policies: options.policies }),
    });
  let worker = await launch();
  const until = () => ({ taskQueue, deadlineMs: Date.now() + answerWithinMs });
  const start = (input: CaseInput, judged: CaseState) => startCase(client, input, judged, until());

  return {
    store,
    folder,
    taskQueue,
    client,
    start,
    open: async ({ opening: changes = {}, compile: input = miniInput(), limits } = {}) => {
      const opening = miniOpening(changes);
      const now = Math.max(Date.now(), Date.parse(opening.receivedAt));
      const judged = open(compile(input), opening, new Date(now).toISOString());
      if (isRefusal(judged)) {
        return { caseId: opening.caseId, outcome: { type: 'refused', refusal: judged } };
      }
      const outcome = await start(
        { compile: input, start: { type: 'open', opening }, ...(limits === undefined ? {} : { limits }) },
        judged.state,
      );
      return { caseId: opening.caseId, outcome };
    },
    send: (caseId, command) => sendCommand(client, { tenant: 'acme', caseId }, command, until()),
    state: (caseId) => client.workflow.getHandle(caseWorkflowId('acme', caseId)).query(stateQuery),
    stopWorker: () => worker.stop(),
    startWorker: async () => {
      worker = await launch();
    },
    stop: async () => {
      await worker.stop();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The answer of a command that was accepted; else the outcome says why not. */
export const answerOf = (outcome: Outcome): Answer => {
  if (outcome.type !== 'answered') {
    throw new Error(`Not answered: ${JSON.stringify(outcome)}`);
  }
  return outcome.answer;
};
