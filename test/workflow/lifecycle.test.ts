import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PortFailure } from '../../activities/ports/port-failure.ts';
import { loadSettings } from '../../cli/settings.ts';
import { publishCalendar, publishDefinition } from '../../db/own/definitions.ts';
import { putPerson } from '../../db/own/people.ts';
import { deadlinesOf, entriesOf, getCase, linksTo, tasksOf } from '../../db/read/get-case.ts';
import { deliveriesOf } from '../../db/read/list-deliveries.ts';
import { calendarHash } from '../../machines/kernel/compile.ts';
import type { Json, JsonObject } from '../../machines/kernel/json.ts';
import { caseWorkflowId } from '../../workflows/messages.ts';
import { admin, alwaysCalendar, lead, miniDefinition, person, reason, send } from '../support/mini-case.ts';
import { startTimeSkipping } from '../support/temporal.ts';
import { answerOf, prepareRuntime, startTestWorker, type TestWorker } from '../support/worker.ts';

let env: TestWorkflowEnvironment;
let cases: TestWorker;
const paid: string[] = [];
let bankIsOpen = false;

beforeAll(async () => {
  prepareRuntime();
  env = await startTimeSkipping();
  const { temporal } = loadSettings({});
  cases = await startTestWorker({
    temporal: { ...temporal, address: env.address },
    client: env.client,
    payments: {
      pay: async ({ effectId }) => {
        if (!bankIsOpen) {
          throw new PortFailure({ port: 'payment', operation: 'pay' }, 'PORT_UNAVAILABLE', 'closed');
        }
        paid.push(effectId);
        return { paymentId: `paid-${paid.length}` };
      },
    },
  });
  await putPerson(cases.store, person({ id: 'hana', roles: ['handler'] }));
  await putPerson(cases.store, person({ id: 'hugo', roles: ['handler'] }));
  await publishDefinition(cases.store, 'acme', {
    ...{ id: 'mini', version: '1.0.0', hash: 'd'.repeat(64) },
    document: miniDefinition as unknown as JsonObject,
    runtime: miniDefinition,
  });
  await publishCalendar(cases.store, 'acme', {
    ...{ id: 'always', hash: calendarHash(alwaysCalendar), calendar: alwaysCalendar as unknown as Json },
  });
}, 60_000);

afterAll(async () => {
  await cases?.stop();
  await env?.teardown();
});

const opened = async () => {
  const receivedAt = new Date(await env.currentTimeMs()).toISOString();
  const { outcome } = await cases.open({ opening: { receivedAt } });
  return answerOf(outcome).caseId;
};
const typesOf = async (caseId: string) =>
  (await entriesOf(cases.store, { tenant: 'acme', caseId })).map(({ type }) => type);
const rowOf = (caseId: string) => getCase(cases.store, { tenant: 'acme', caseId });
const handleOf = (caseId: string) => env.client.workflow.getHandle(caseWorkflowId('acme', caseId));

test('a case goes from opening to payment, past an incident, and its workflow ends with it', async () => {
  const caseId = await opened();
  await expect.poll(async () => (await typesOf(caseId)).at(-1)).toBe('task.assigned');
  const [task] = await tasksOf(cases.store, { tenant: 'acme', caseId });
  expect(task).toMatchObject({ state: 'received', assignee: 'hana' });

  answerOf(await cases.send(caseId, send('acknowledge')));
  answerOf(await cases.send(caseId, send('estimate', undefined, { amount: 500 })));
  answerOf(await cases.send(caseId, send('approve', lead)));
  await expect.poll(async () => (await rowOf(caseId))?.incident).toBe(1);
  const failed = (await rowOf(caseId))?.state.incidents[0];
  expect(failed).toMatchObject({ status: 'open', kind: 'service', code: 'PORT_UNAVAILABLE' });
  expect(paid).toEqual([]);

  bankIsOpen = true;
  const retry = {
    id: `${caseId}.retry`,
    type: 'incident',
    n: 1,
    verb: 'retry',
    facts: admin,
    reason,
  } as const;
  answerOf(await cases.send(caseId, retry));
  await expect.poll(async () => (await rowOf(caseId))?.status).toBe('closed');
  expect(paid).toHaveLength(1);
  expect((await typesOf(caseId)).slice(-4)).toEqual([
    'approve',
    'service.failed',
    'incident.retried',
    'service.completed',
  ]);
  await expect.poll(async () => (await handleOf(caseId).describe()).status.name).toBe('COMPLETED');
  expect(await cases.send(caseId, send('note'))).toEqual({ type: 'condition', code: 'CASE_NOT_RUNNING' });
});

test('a letter leaves after its entry is stored, names ids only, and its row says so', async () => {
  const caseId = await opened();
  answerOf(await cases.send(caseId, send('acknowledge')));
  await expect
    .poll(async () => (await deliveriesOf(cases.store, { tenant: 'acme', caseId }))[0]?.status)
    .toBe('delivered');
  const letters = readdirSync(join(cases.folder, 'mail'))
    .map((name) => JSON.parse(readFileSync(join(cases.folder, 'mail', name), 'utf8')))
    .filter((letter) => letter.caseId === caseId);
  expect(letters).toEqual([
    {
      effectId: expect.any(String),
      tenant: 'acme',
      caseId,
      template: 'acknowledged',
      to: { customer: true },
    },
  ]);
});

test('deadline, warnings and delayed event come due once each, and no timer is armed twice', async () => {
  const caseId = await opened();
  await env.sleep('30m');
  await expect.poll(() => typesOf(caseId)).toContain('deadline.warned');
  await env.sleep('31m');
  await expect
    .poll(async () => (await deadlinesOf(cases.store, { tenant: 'acme', caseId }))[0]?.status)
    .toBe('breached');
  await env.sleep('24h');
  await expect.poll(async () => (await rowOf(caseId))?.states).toEqual(['expired']);
  expect((await typesOf(caseId)).filter((type) => !type.startsWith('task.'))).toEqual([
    'case.opened',
    'deadline.warned',
    'deadline.warned',
    'deadline.warned',
    'deadline.breached',
    'timer.fired',
  ]);
  const { events } = await handleOf(caseId).fetchHistory();
  const timers = (events ?? []).filter((event) => event.timerStartedEventAttributes);
  // Half, three quarters, nine tenths, the deadline itself, the delayed event.
  expect(timers).toHaveLength(5);
});

test('search attributes follow the case: a burst of commands changes them once, at its end', async () => {
  const caseId = await opened();
  const shown = async () => {
    const { typedSearchAttributes } = await handleOf(caseId).describe();
    return Object.fromEntries(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]));
  };
  expect(await shown()).toMatchObject({
    ...{ CaseloomKind: 'complaint', CaseloomState: 'received', CaseloomTenant: 'acme' },
    ...{ CaseloomDefinition: 'd'.repeat(64), CaseloomDeadlineStatus: 'running' },
    CaseloomDueAt: expect.any(Date),
  });
  answerOf(await cases.send(caseId, send('acknowledge')));
  answerOf(await cases.send(caseId, send('estimate', undefined, { amount: 1 })));
  await expect.poll(shown).toMatchObject({ CaseloomState: 'review', CaseloomDeadlineStatus: 'none' });
  expect(await shown()).not.toHaveProperty('CaseloomDueAt');
  const { events } = await handleOf(caseId).fetchHistory();
  const count = (kind: keyof NonNullable<typeof events>[number]): number =>
    (events ?? []).filter((event) => event[kind]).length;
  expect(count('upsertWorkflowSearchAttributesEventAttributes')).toBe(1);
  // The deadline's timer stays armed beside the shorter one.
  expect(count('timerStartedEventAttributes')).toBe(2);
  expect(count('timerCanceledEventAttributes')).toBe(0);
});

test('a child case is opened once, linked both ways, and told; a message to a closed one comes back', async () => {
  const caseId = await opened();
  answerOf(await cases.send(caseId, send('acknowledge')));
  answerOf(await cases.send(caseId, send('split')));
  await expect.poll(async () => (await rowOf(caseId))?.state.links).toHaveLength(1);
  const childId = (await rowOf(caseId))?.state.links[0]?.caseId ?? '';
  expect(await linksTo(cases.store, { tenant: 'acme', caseId })).toEqual([
    { rel: 'part-of', caseId: childId },
  ]);

  answerOf(await cases.send(caseId, send('greet')));
  // In its first state the child has no use for it, and says so.
  await expect.poll(() => typesOf(childId)).toContain('message.dropped');
  answerOf(await cases.send(childId, send('drop')));
  await expect.poll(async () => (await handleOf(childId).describe()).status.name).toBe('COMPLETED');

  answerOf(await cases.send(caseId, send('greet')));
  await expect.poll(() => typesOf(caseId)).toContain('message.dropped');
  const entries = await entriesOf(cases.store, { tenant: 'acme', caseId });
  const dropped = entries.find(({ type }) => type === 'message.dropped');
  expect(JSON.parse(dropped?.leaf ?? '').data).toMatchObject({
    from: { caseId: childId },
    event: 'message.returned',
  });
});
