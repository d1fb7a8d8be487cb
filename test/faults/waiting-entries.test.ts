import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { getCase } from '../../db/read/get-case.ts';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import { waitingEntriesMax } from '../../workflows/projection-queue.ts';
import { miniDefinition, miniInput, send } from '../support/mini-case.ts';
import { startTestServer, type TestServer } from '../support/temporal.ts';
import { wholeTrail } from '../support/whole-trail.ts';
import { answerOf, startTestWorker, type TestWorker } from '../support/worker.ts';

// Guarantee: while the store is away, clocks and services go on until 200 entries wait; then they wait too, and when it
// is back nothing is lost and nothing comes twice.

const isFull = process.env.CASELOOM_FULL === '1';

let server: TestServer;
let cases: TestWorker;
const bank = Promise.withResolvers<void>();

beforeAll(async () => {
  server = await startTestServer({ pragmas: { synchronous: 'NORMAL' } });
  cases = await startTestWorker({
    ...{ temporal: server.temporal, client: server.client },
    payments: {
      pay: async () => {
        await bank.promise;
        return { paymentId: 'paid' };
      },
    },
  });
}, 60_000);

afterAll(async () => {
  bank.resolve();
  await cases?.stop();
  await server?.stop();
});

const fires = 600;
const everyMs = 20;
const firstMs = 4_000;

const count = {
  type: 'assign' as const,
  set: { notes: { '@expr': 'if data.notes = null then 1 else data.notes + 1', '@lang': 'feel' as const } },
};

/** Six hundred clocks that fire one after the other, and a payment. */
const busy: RuntimeDefinition = {
  ...miniDefinition,
  deadlines: {},
  tasks: {},
  services: { pay: { activity: 'payment.pay', timeout: 'PT2M', retry: { attempts: 1, firstDelay: 'PT1S' } } },
  machine: {
    initial: 'both',
    states: {
      both: {
        type: 'parallel',
        states: {
          clocks: {
            initial: 'running',
            states: {
              running: {
                after: Object.fromEntries(
                  Array.from({ length: fires }, (_, n) => [
                    `PT${(firstMs + n * everyMs) / 1_000}S`,
                    { actions: [count] },
                  ]),
                ),
              },
            },
          },
          payment: {
            initial: 'paying',
            states: {
              paying: {
                invoke: {
                  src: 'pay',
                  input: { amount: { amount: 100, currency: 'CNY' }, payee: 'customer' },
                  onDone: 'paid',
                  onError: 'incident',
                },
              },
              paid: {},
            },
          },
        },
        on: { note: { actions: [{ type: 'assign', set: { amount: 1 } }] } },
      },
    },
  },
};

test.runIf(isFull)(
  'beyond the limit clocks and service results wait',
  async () => {
    const { caseId, outcome } = await cases.open({ compile: miniInput(busy) });
    answerOf(outcome);
    const openedAtMs = Date.now();
    const row = () => getCase(cases.store, { tenant: 'acme', caseId });
    const lock = new Database(cases.store.file);
    lock.exec('BEGIN IMMEDIATE');
    const storedBefore = (await row())?.lastSeq ?? 0;
    try {
      const waiting = async () => (await cases.state(caseId)).seq - storedBefore;
      await expect
        .poll(waiting, { timeout: 40_000, interval: 200 })
        .toBeGreaterThanOrEqual(waitingEntriesMax);
      bank.resolve();
      // By then all are due, and the bank has answered.
      await sleep(openedAtMs + firstMs + fires * everyMs + 1_000 - Date.now());
      const { seq, data, services } = await cases.state(caseId);
      expect(seq - storedBefore).toBeLessThan(fires);
      expect(Number(data.notes)).toBeLessThan(fires);
      expect(Object.values(services).map(({ service }) => service)).toEqual(['pay']);
      expect(await cases.send(caseId, send('note'))).toEqual({
        type: 'condition',
        code: 'PROJECTION_BEHIND',
      });
      expect((await row())?.lastSeq).toBe(storedBefore);
    } finally {
      lock.close();
    }
    await expect.poll(async () => (await row())?.state.data.notes, { timeout: 30_000 }).toBe(fires);
    await expect.poll(async () => (await row())?.states).toContain('paid');
    const entries = await wholeTrail(cases.store, { tenant: 'acme', caseId });
    expect(entries.filter(({ type }) => type === 'timer.fired')).toHaveLength(fires);
    expect(entries.filter(({ type }) => type === 'service.completed')).toHaveLength(1);
    answerOf(await cases.send(caseId, send('note')));
  },
  120_000,
);
