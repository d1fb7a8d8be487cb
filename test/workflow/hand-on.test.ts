import { afterAll, beforeAll, expect, test } from 'vitest';
import { addAbsence } from '../../db/own/absences.ts';
import { publishDefinition } from '../../db/own/definitions.ts';
import { putPerson } from '../../db/own/people.ts';
import { entriesOf, getCase } from '../../db/read/get-case.ts';
import { miniDefinition, person } from '../support/mini-case.ts';
import { startTestServer, type TestServer } from '../support/temporal.ts';
import { answerOf, startTestWorker, type TestWorker } from '../support/worker.ts';

// Guarantee: a running worker moves the tasks of somebody who is away, by an update that the case's workflow takes.

let server: TestServer;
let cases: TestWorker;

beforeAll(async () => {
  server = await startTestServer({ pragmas: { synchronous: 'NORMAL' } });
  cases = await startTestWorker({ temporal: server.temporal, client: server.client });
}, 60_000);

afterAll(async () => {
  await cases?.stop();
  await server?.stop();
});

test('an absence gives the task in hand to a colleague, recorded as the engine’s', async () => {
  for (const id of ['hana', 'hugo']) {
    await putPerson(cases.store, person({ id, roles: ['handler'] }));
  }
  // Shipped definitions lie in the store from the start; this one is of the tests.
  await publishDefinition(cases.store, 'acme', {
    ...{ id: 'mini', version: '1.0.0', hash: 'd'.repeat(64), document: {}, runtime: miniDefinition },
  });
  const { caseId } = answerOf((await cases.open()).outcome);
  const assignee = async () => {
    const row = await getCase(cases.store, { tenant: 'acme', caseId });
    return Object.values(row?.state.tasks ?? {})[0]?.assignee ?? null;
  };
  await expect.poll(assignee, { timeout: 20_000 }).not.toBeNull();
  const first = (await assignee()) as string;
  const other = first === 'hana' ? 'hugo' : 'hana';
  await addAbsence(
    cases.store,
    'acme',
    {
      ...{ id: 'away-1', personId: first, status: 'active', reason: 'leave' },
      ...{ fromMs: Date.now() - 1_000, untilMs: Date.now() + 3_600_000 },
    },
    { actorId: first, atMs: Date.now() },
  );
  await expect.poll(assignee, { timeout: 40_000, interval: 250 }).toBe(other);
  const entries = await entriesOf(cases.store, { tenant: 'acme', caseId });
  expect(entries.map(({ type, actorId }) => `${type} ${actorId}`).slice(-2)).toEqual([
    'task.assigned system',
    'task.reassigned system',
  ]);
}, 90_000);
