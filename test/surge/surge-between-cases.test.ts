import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projectFolder } from '../../cli/project-folder.ts';
import { loadSettings } from '../../cli/settings.ts';
import { workflowBundle } from '../../cli/worker/workflow-bundle.ts';
import { publishCalendar, publishDefinition } from '../../db/own/definitions.ts';
import { endSurge, startSurge } from '../../db/own/surge.ts';
import { entriesOf, getCase, linksTo } from '../../db/read/get-case.ts';
import { calendarHash } from '../../machines/kernel/compile.ts';
import type { DeadlineDefinition, RuntimeDefinition } from '../../machines/kernel/definition.ts';
import type { Json, JsonObject } from '../../machines/kernel/json.ts';
import { shippedSurgePlans } from '../../machines/library/surge/index.ts';
import type { SurgePlan } from '../../machines/surge/plan.ts';
import { caseWorkflowId } from '../../workflows/messages.ts';
import { alwaysCalendar, miniDefinition, miniInput, send } from '../support/mini-case.ts';
import { startTimeSkipping } from '../support/temporal.ts';
import { answerOf, prepareRuntime, startTestWorker, type TestWorker } from '../support/worker.ts';

// Guarantee: on the real engine a case that a case opens, and what a case is told by another, count by the plan that is on.

const tenant = 'acme';
const hourLong = (
  kind: DeadlineDefinition['source']['kind'],
  starts: DeadlineDefinition['starts'],
): DeadlineDefinition => ({
  ...{ source: { kind, rule: 'an hour' }, starts, stops: [{ enter: 'closed' }] },
  ...{ limit: 'PT1H', count: 'elapsed' },
});

/** A case that opens its parts, and tells them when it is called. */
const whole: RuntimeDefinition = {
  ...{ id: 'whole', version: '1.0.0', kind: 'complaint', calendar: 'always' },
  ...{ open: { by: ['handler', 'case'] }, data: miniDefinition.data },
  events: { split: { by: ['handler'] }, call: { by: ['handler'] }, called: { by: ['case'] } },
  machine: {
    initial: 'received',
    states: {
      received: {
        on: {
          split: { actions: [{ type: 'start', child: 'part', data: { channel: 'child' } }] },
          call: { actions: [{ type: 'tell', rel: 'part-of', event: 'called' }] },
          called: { actions: [] },
        },
      },
      closed: { type: 'final' },
    },
  },
  deadlines: {
    first: hourLong('company promise', [{ opened: true }]),
    law: hourLong('law', [{ opened: true }]),
    reply: hourLong('company promise', [{ event: 'called' }]),
  },
  children: { part: { definition: 'whole', rel: 'part-of' } },
};

const promised = (deadline: string, limit: string): SurgePlan['promises'][number] => ({
  ...{ kinds: ['complaint'], deadline, limit, count: 'elapsed' },
});
const plan: SurgePlan = {
  ...(shippedSurgePlans[0] as SurgePlan),
  promises: [promised('first', 'PT4H'), promised('law', 'PT4H'), promised('reply', 'PT2H')],
};

let env: TestWorkflowEnvironment;
let cases: TestWorker;

beforeAll(async () => {
  prepareRuntime();
  env = await startTimeSkipping();
  cases = await startTestWorker({
    temporal: { ...loadSettings({}).temporal, address: env.address },
    client: env.client,
  });
  await publishDefinition(cases.store, tenant, {
    ...{ id: 'whole', version: '1.0.0', hash: 'd'.repeat(64) },
    document: whole as unknown as JsonObject,
    runtime: whole,
  });
  await publishCalendar(cases.store, tenant, {
    ...{ id: 'always', hash: calendarHash(alwaysCalendar), calendar: alwaysCalendar as unknown as Json },
  });
}, 60_000);
afterAll(async () => {
  await cases?.stop();
  await env?.teardown();
});

const by = () => ({ actorId: 'manager', atMs: Date.now() });
const switchOn = () =>
  startSurge(
    cases.store,
    tenant,
    {
      ...{ plan, by: 'manager', cause: 'manager', from: new Date().toISOString() },
      until: new Date(Date.now() + 3_600_000).toISOString(),
    },
    by(),
  );
const switchOff = () => endSurge(cases.store, tenant, by());

/** Opens a case, which opens a part. */
const split = async (): Promise<{ parent: string; part: string }> => {
  const receivedAt = new Date(await env.currentTimeMs()).toISOString();
  const { outcome } = await cases.open({ opening: { receivedAt }, compile: miniInput(whole) });
  const parent = answerOf(outcome).caseId;
  answerOf(await cases.send(parent, send('split')));
  await expect.poll(async () => (await linksTo(cases.store, { tenant, caseId: parent })).length).toBe(1);
  const [link] = await linksTo(cases.store, { tenant, caseId: parent });
  const part = link?.caseId ?? '';
  // Whoever opened it knows it a moment later.
  await expect
    .poll(async () => (await getCase(cases.store, { tenant, caseId: parent }))?.state.links.length)
    .toBe(1);
  return { parent, part };
};
const call = async ({ parent, part }: { parent: string; part: string }): Promise<void> => {
  answerOf(await cases.send(parent, send('call')));
  await expect.poll(async () => (await entriesTypes(part)).at(-1)).toBe('called');
};
const entriesTypes = async (caseId: string) =>
  (await entriesOf(cases.store, { tenant, caseId })).map(({ type }) => type);
const limitsOf = async (caseId: string) => {
  const row = await getCase(cases.store, { tenant, caseId });
  return Object.fromEntries(
    Object.entries(row?.state.deadlines ?? {}).map(([name, { limit }]) => [name, limit]),
  );
};
/** By which plan each entry was judged, the oldest first. */
const plansOf = async (caseId: string) =>
  (await entriesOf(cases.store, { tenant, caseId })).map(({ leaf }) => JSON.parse(leaf).facts.surge?.plan);

test('while a plan is on, a part and what it is told promise by it, and the law is left alone', async () => {
  await switchOn();
  const both = await split();
  await call(both);
  expect(await limitsOf(both.part)).toEqual({ first: 'PT4H', law: 'PT1H', reply: 'PT2H' });
  expect(await plansOf(both.part)).toEqual(['holiday@1.0.0', 'holiday@1.0.0']);
  // Here nobody looked it up for who opened the whole, as the API does.
  expect((await limitsOf(both.parent)).first).toBe('PT1H');
});

test('what was opened before stays, and what it is told while the plan is on counts by it', async () => {
  await switchOff();
  const both = await split();
  await switchOn();
  await call(both);
  expect(await limitsOf(both.part)).toEqual({ first: 'PT1H', law: 'PT1H', reply: 'PT2H' });
});

test('once it is off, parts and messages have the definition’s own lengths', async () => {
  await switchOn();
  await switchOff();
  const both = await split();
  await call(both);
  expect(await limitsOf(both.part)).toEqual({ first: 'PT1H', law: 'PT1H', reply: 'PT1H' });
  expect(await plansOf(both.part)).toEqual([undefined, undefined]);
});

test('a run that carried a plan is replayed to the same commands after it has ended', async () => {
  await switchOn();
  const both = await split();
  await call(both);
  await switchOff();
  const code = readFileSync(await workflowBundle(join(projectFolder, '.caseloom/bundles')), 'utf8');
  for (const caseId of [both.parent, both.part]) {
    const workflowId = caseWorkflowId(tenant, caseId);
    const history = await env.client.workflow.getHandle(workflowId).fetchHistory();
    expect(JSON.stringify(history).length).toBeGreaterThan(1_000);
    await Worker.runReplayHistory({ workflowBundle: { code }, replayName: workflowId }, history, workflowId);
  }
}, 30_000);
