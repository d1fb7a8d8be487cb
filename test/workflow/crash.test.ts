import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projectFolder } from '../../cli/project-folder.ts';
import { workflowBundle } from '../../cli/worker/workflow-bundle.ts';
import { openStore } from '../../db/open.ts';
import { deadlinesOf, entriesOf, getCase } from '../../db/read/get-case.ts';
import { compile } from '../../machines/kernel/compile.ts';
import { open } from '../../machines/kernel/open.ts';
import { isRefusal } from '../../machines/kernel/refusal.ts';
import type { Outcome } from '../../workflows/client/outcome.ts';
import { sendCommand } from '../../workflows/client/send-command.ts';
import { startCase } from '../../workflows/client/start-case.ts';
import { handler, lead, miniDefinition, miniInput, miniOpening, send } from '../support/mini-case.ts';
import { startTestServer, type TestServer } from '../support/temporal.ts';
import { answerOf, startTestWorker } from '../support/worker.ts';
import { workerHome } from '../support/worker-process.ts';

let server: TestServer;

beforeAll(async () => {
  // Made once, not by each of the workers.
  await workflowBundle(join(projectFolder, '.caseloom/bundles'));
  server = await startTestServer({ pragmas: { synchronous: 'NORMAL' } });
}, 60_000);

afterAll(() => server?.stop());

const waitMs = 60_000;

/** Sends as a caller does that gets no answer in time: again, under the same id. */
const insist = async (attempt: () => Promise<Outcome>): Promise<Outcome> => {
  const untilMs = Date.now() + waitMs;
  for (;;) {
    const outcome = await attempt();
    if (outcome.type !== 'condition' || Date.now() > untilMs) {
      return outcome;
    }
    await sleep(200);
  }
};

const isLetter = (path: string): boolean => /^mail.[0-9a-f]+\.json$/.test(path);

// `expect.poll` is not for tests that run at the same time.
const until = async (reached: () => boolean | Promise<boolean>): Promise<void> => {
  const untilMs = Date.now() + waitMs;
  while (!(await reached())) {
    if (Date.now() > untilMs) {
      throw new Error(`Not reached within ${waitMs} ms.`);
    }
    await sleep(100);
  }
};

test.concurrent.each([
  ['before a step', 'before-step:1'],
  ['between step and projection', 'before-project:2'],
  ['between projection and its record in history', 'after-project:2'],
  ['before an answer', 'before-answer:2'],
  ['before a payment', 'before-effect:1'],
  ['between a payment and its record in history', 'after-effect:1'],
])(
  'a worker killed %s loses and doubles nothing',
  async (_where, failAt) => {
    const home = workerHome(server.address);
    try {
      const first = await home.start(failAt);
      const died = once(first, 'exit');
      const replaced = died.then(() => home.start());
      const opening = miniOpening();
      const { caseId } = opening;
      const judged = open(compile(miniInput()), opening, opening.receivedAt);
      if (isRefusal(judged)) {
        throw new Error(judged.detail);
      }
      const deadline = () => ({ deadlineMs: Date.now() + 5_000 });
      const input = { compile: miniInput(), start: { type: 'open', opening } } as const;
      answerOf(
        await insist(() =>
          startCase(server.client, input, judged.state, { taskQueue: home.taskQueue, ...deadline() }),
        ),
      );
      const commands = [
        send('acknowledge'),
        send('estimate', handler, { amount: 900 }),
        send('approve', lead),
      ];
      for (const command of commands) {
        answerOf(
          await insist(() => sendCommand(server.client, { tenant: 'acme', caseId }, command, deadline())),
        );
      }
      const [, signal] = await died;
      expect(signal).toBe('SIGKILL');
      await replaced;

      const store = await openStore({ file: join(home.folder, 'caseloom.db') });
      try {
        const row = () => getCase(store, { tenant: 'acme', caseId });
        await until(async () => (await row())?.status === 'closed');
        const entries = await entriesOf(store, { tenant: 'acme', caseId });
        expect(entries.map(({ type }) => type)).toEqual([
          'case.opened',
          'acknowledge',
          'estimate',
          'approve',
          'service.completed',
        ]);
        expect(entries.map(({ commandId }) => commandId).slice(1, 4)).toEqual(commands.map(({ id }) => id));
      } finally {
        await store.close();
      }
      const books = readFileSync(join(home.folder, 'payments.jsonl'), 'utf8').trim().split('\n');
      expect(books).toHaveLength(1);
      const letters = () =>
        readdirSync(home.folder, { recursive: true }).filter((name) => isLetter(String(name)));
      await until(() => letters().length > 0);
      expect(letters()).toHaveLength(1);
    } finally {
      await home.remove();
    }
  },
  180_000,
);

test.concurrent('a worker killed after storing what nobody sends again: the next one goes on from it and pays', async () => {
  const home = workerHome(server.address);
  try {
    const died = once(await home.start('after-project:4'), 'exit');
    const opening = miniOpening();
    const { caseId } = opening;
    const judged = open(compile(miniInput()), opening, opening.receivedAt);
    if (isRefusal(judged)) {
      throw new Error(judged.detail);
    }
    const input = { compile: miniInput(), start: { type: 'open', opening } } as const;
    const within = (ms: number) => ({ taskQueue: home.taskQueue, deadlineMs: Date.now() + ms });
    answerOf(await startCase(server.client, input, judged.state, within(waitMs)));
    const target = { tenant: 'acme', caseId };
    answerOf(await sendCommand(server.client, target, send('acknowledge'), within(waitMs)));
    answerOf(
      await sendCommand(server.client, target, send('estimate', handler, { amount: 7 }), within(waitMs)),
    );
    const unanswered = sendCommand(server.client, target, send('approve', lead), within(3_000));
    await died;
    expect(await unanswered).toEqual({ type: 'condition', code: 'ENGINE_UNAVAILABLE' });
    await home.start();
    const store = await openStore({ file: join(home.folder, 'caseloom.db') });
    try {
      await until(async () => (await getCase(store, target))?.status === 'closed');
      const entries = await entriesOf(store, target);
      expect(entries.map(({ type }) => type).slice(-2)).toEqual(['approve', 'service.completed']);
    } finally {
      await store.close();
    }
    expect(readFileSync(join(home.folder, 'payments.jsonl'), 'utf8').trim().split('\n')).toHaveLength(1);
  } finally {
    await home.remove();
  }
}, 180_000);

test.concurrent('a server killed across a deadline: it fires once, and is recorded as late', async () => {
  const own = await startTestServer();
  const cases = await startTestWorker({ temporal: own.temporal, client: own.client });
  try {
    const { first } = miniDefinition.deadlines ?? {};
    if (!first) {
      throw new Error('no deadline');
    }
    const definition = { ...miniDefinition, deadlines: { first: { ...first, limit: 'PT2S', warnAt: [] } } };
    const { caseId } = answerOf((await cases.open({ compile: miniInput(definition) })).outcome);
    await own.kill();
    await sleep(8_000);
    await own.restart();
    const deadline = async () => (await deadlinesOf(cases.store, { tenant: 'acme', caseId }))[0];
    await until(async () => (await deadline())?.status === 'breached');
    answerOf(await insist(() => cases.send(caseId, send('note'))));
    const entries = await entriesOf(cases.store, { tenant: 'acme', caseId });
    const breaches = entries.filter(({ type }) => type === 'deadline.breached');
    expect(breaches).toHaveLength(1);
    const leaf = JSON.parse(breaches[0]?.leaf ?? '');
    expect(leaf.data).toMatchObject({ deadline: 'first', late: true });
    expect(Date.parse(leaf.at) - Date.parse(leaf.due)).toBeGreaterThan(5_000);
  } finally {
    await cases.stop();
    await own.stop();
  }
}, 120_000);
