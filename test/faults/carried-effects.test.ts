import { afterAll, beforeAll, expect, test } from 'vitest';
import { getCase } from '../../db/read/get-case.ts';
import { caseWorkflowId } from '../../workflows/messages.ts';
import { handler, lead, miniDefinition, miniInput, send } from '../support/mini-case.ts';
import { startTestServer, type TestServer } from '../support/temporal.ts';
import { wholeTrail } from '../support/whole-trail.ts';
import { answerOf, startTestWorker, type TestWorker } from '../support/worker.ts';

// Guarantee: a payment that is under way when the run continues as new goes over into the next one: it is made once,
// and the case hears of it once.

let server: TestServer;
let cases: TestWorker;
/** Every time the bank was asked, by effect id; it answers none before it opens. */
const asked: string[] = [];
const books = new Set<string>();
const bank = Promise.withResolvers<void>();

beforeAll(async () => {
  server = await startTestServer({ pragmas: { synchronous: 'NORMAL' } });
  cases = await startTestWorker({
    ...{ temporal: server.temporal, client: server.client },
    payments: {
      pay: async ({ effectId }) => {
        asked.push(effectId);
        await bank.promise;
        books.add(effectId);
        return { paymentId: `paid-${effectId}` };
      },
    },
  });
}, 60_000);

afterAll(async () => {
  bank.resolve();
  await cases?.stop();
  await server?.stop();
});

const { pay } = miniDefinition.services ?? {};
const { paying } = miniDefinition.machine.states ?? {};

/** One in which something can be said while the bank is asked, and the bank may take its time. */
const patient = {
  ...miniDefinition,
  services: { pay: { activity: 'payment.pay', ...pay, timeout: 'PT1M' } },
  machine: {
    ...miniDefinition.machine,
    states: {
      ...miniDefinition.machine.states,
      paying: {
        ...paying,
        on: { greet: { actions: [{ type: 'assign' as const, set: { notes: 1 } }] } },
      },
    },
  },
};

test('an effect under way is carried over continue-as-new', async () => {
  const limits = { eventsMax: 10, eventsWithEffectsMax: 10 };
  const { caseId, outcome } = await cases.open({ compile: miniInput(patient), limits });
  answerOf(outcome);
  answerOf(await cases.send(caseId, send('acknowledge')));
  answerOf(await cases.send(caseId, send('estimate', handler, { amount: 300 })));
  answerOf(await cases.send(caseId, send('approve', lead)));
  await expect.poll(() => asked).toHaveLength(1);

  const handle = server.client.workflow.getHandle(caseWorkflowId('acme', caseId));
  const runIds = new Set<string>();
  // Each run begins the call anew under the same effect id: what the run before asked for, it no longer hears.
  for (let count = 0; count < 40 && runIds.size < 3; count++) {
    answerOf(await cases.send(caseId, send('greet')));
    runIds.add((await handle.describe()).runId);
  }
  expect(runIds.size).toBeGreaterThanOrEqual(3);
  await expect.poll(() => asked.length).toBeGreaterThanOrEqual(2);
  expect(new Set(asked).size).toBe(1);
  expect((await getCase(cases.store, { tenant: 'acme', caseId }))?.states).toEqual(['paying']);

  bank.resolve();
  await expect
    .poll(async () => (await getCase(cases.store, { tenant: 'acme', caseId }))?.status)
    .toBe('closed');
  const entries = await wholeTrail(cases.store, { tenant: 'acme', caseId });
  expect(entries.filter(({ type }) => type.startsWith('service.')).map(({ type }) => type)).toEqual([
    'service.completed',
  ]);
  expect(books.size).toBe(1);
}, 60_000);
