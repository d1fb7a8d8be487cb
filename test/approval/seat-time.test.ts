import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTellPeople } from '../../activities/deliver-to-people.ts';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import { publishDefinition } from '../../db/own/definitions.ts';
import { workOf } from '../../db/own/notifications-digest.ts';
import { getCase } from '../../db/read/get-case.ts';
import { notifications } from '../../db/schema/index.ts';
import { takeDeliveries } from '../../db/write/outbox.ts';
import { definitionHash } from '../../machines/definition/hash.ts';
import { runtimePart } from '../../machines/definition/runtime-part.ts';
import { DefinitionDocument } from '../../machines/definition/schema.ts';
import type { JsonObject } from '../../machines/kernel/json.ts';
import { shippedLadder } from '../../machines/library/notification/index.ts';
import { openBrowser } from '../sign-in/browser.ts';
import { type ApprovalApi, startApprovalApi } from './approval-api.ts';
import { payout } from './payout.ts';

// Guarantee: whoever has a seat with a time of its own sees that time wherever work is listed, and it is told to them and
// whoever leads them, and to nobody of the other seats.

let api: ApprovalApi;
// A Monday, ten in China.
let nowMs = Date.UTC(2026, 2, 2, 2);
let approval: string;
let seats: { taskId: string; assignee: string; seat: string }[];

beforeAll(async () => {
  api = await startApprovalApi({ now: () => nowMs });
  const { settlement } = payout.approvals ?? {};
  const signers = [{ role: 'lead', limit: 'PT2H' }, { role: 'finance', limit: 'PT6H' }, { role: 'legal' }];
  const document = DefinitionDocument.parse({
    ...{ ...payout, id: 'payout-of-three' },
    approvals: {
      settlement: {
        ...settlement,
        plan: { steps: [{ id: 'opinions', rule: 'all', signers, limit: 'PT8H' }] },
      },
    },
  });
  await publishDefinition(api.store, embeddedTenant, {
    ...{ id: document.id, version: document.version, hash: definitionHash(document) },
    document: document as unknown as JsonObject,
    runtime: runtimePart(document),
  });
  const data = { amount: { amount: 20_000_00, currency: 'CNY' } };
  const { body } = await api.call('adjuster', 'POST', '/v1/cases', { definition: document.id, data });
  await api.call('adjuster', 'POST', `/v1/cases/${body.caseId}/events`, { type: 'propose' });
  approval = await api.approvalOf(body.caseId);
  const row = await getCase(api.store, { tenant: embeddedTenant, caseId: approval });
  seats = Object.entries(row?.state.tasks ?? {}).map(([taskId, { assignee, seat = '' }]) => ({
    ...{ taskId, seat, assignee: assignee ?? '' },
  }));
});
afterAll(() => api.stop());

const noon = '2026-03-02T04:00:00';
const lateAfternoon = '2026-03-02T09:30:00';
const nextMorning = '2026-03-03T03:00:00';
const sec = (instant: string | null | undefined): string => (instant ?? '').slice(0, 19);

test('the work list, the list of what waits and the card give each seat’s holder their own time', async () => {
  expect(seats.map(({ seat }) => seat)).toEqual(['1.opinions.1', '1.opinions.2', '1.opinions.3']);
  for (const [n, dueAt] of [noon, lateAfternoon, nextMorning].entries()) {
    const { assignee, taskId } = seats[n] ?? { assignee: '', taskId: '' };
    const mine = (await api.call(assignee, 'GET', '/v1/tasks?view=mine')).body.items;
    expect(sec(mine.find((each: { taskId: string }) => each.taskId === taskId)?.dueAt)).toBe(dueAt);
    const [waiting] = (await api.call(assignee, 'GET', '/v1/approvals')).body.items;
    expect([waiting?.taskId, sec(waiting?.dueAt)]).toEqual([taskId, dueAt]);
    const card = (await api.call(assignee, 'GET', `/v1/approvals/${approval}`)).body;
    expect(sec(card.dueAt)).toBe(dueAt);
    const [{ seats: shown }] = card.steps;
    expect(shown.map((each: { dueAt?: string }) => sec(each.dueAt))).toEqual([noon, lateAfternoon, '']);
  }
  // Who has no seat sees the step's.
  expect(sec((await api.call('manager', 'GET', `/v1/approvals/${approval}`)).body.dueAt)).toBe(nextMorning);
});

test('the page says how long is left of one’s own', async () => {
  const visitor = openBrowser(api.app, 'http://localhost:3000');
  await visitor.post('/sign-in/demo', {
    form: { person: seats[0]?.assignee ?? '', next: '/v1/people/me' },
  });
  const { text } = await visitor.get(`/approvals/${approval}?lang=en`, { headers: { accept: 'text/html' } });
  expect(text).toContain('(2 h 0 min left)');
  expect(text).toMatch(/to decide · Due 2 Mar 2026, 17:30/);
});

test('the case names each clock by whom the seat is for, and explains it', async () => {
  const { deadlines } = (await api.call('manager', 'GET', `/v1/cases/${approval}`)).body;
  const own = deadlines.filter(({ name }: { name: string }) => name.startsWith('@seat.'));
  expect(own).toMatchObject([
    { name: '@seat.1.opinions.1', title: { zh: '席位时限（lead）', en: 'Seat (lead)' }, limit: 'PT2H' },
    { name: '@seat.1.opinions.2', title: { zh: '席位时限（finance）', en: 'Seat (finance)' } },
  ]);
  const path = `/v1/cases/${approval}/deadlines/${encodeURIComponent('@seat.1.opinions.1')}`;
  const explained = await api.call('manager', 'GET', `${path}/explanation`);
  expect([explained.status, explained.body.source?.kind]).toEqual([200, 'company promise']);
  // It is nobody's to stop by hand.
  const paused = await api.call('manager', 'POST', `${path}/pause`, { cause: 'papers', documentId: 'd' });
  expect(paused.body.code).toBe('DEADLINE_UNKNOWN');
});

test('is at risk for whoever has that seat, and for nobody beside them', async () => {
  nowMs += 100 * 60_000;
  // The clock falls due with the next command; claiming one's own seat moves nothing else.
  const { taskId = '', assignee = '' } = seats[2] ?? {};
  await api.call(assignee, 'POST', `/v1/tasks/${taskId}/claim`, {});
  const atRisk = (n: number) =>
    api.store.read((db) => workOf(db, embeddedTenant, seats[n]?.assignee ?? '', undefined, nowMs).atRisk);
  expect(await Promise.all([0, 1, 2].map(atRisk))).toEqual([1, 0, 0]);
});

test('one that passes is told to its holder’s superior alone; the other is done in time, and nothing is approved', async () => {
  const [lead, finance] = seats;
  nowMs += 80 * 60_000;
  expect(await api.approve(finance?.assignee ?? '', finance?.taskId ?? '')).toBe(200);
  const tellPeople = createTellPeople(api.store, { ladder: shippedLadder, now: () => nowMs, gatherMs: 0 });
  for (const row of await takeDeliveries(api.store, { nowMs })) {
    await tellPeople(row);
  }
  const told = (await api.store.read((db) => db.select().from(notifications).all()))
    .filter(({ facts }) => facts.code?.startsWith('deadline.'))
    .map(({ facts, toldAs, personId }) => [facts.code, facts.percent, toldAs, personId, facts.title]);
  const title = { zh: '席位时限（lead）', en: 'Seat (lead)' };
  expect(told).toEqual([
    ['deadline.warned', 75, 'assignee', lead?.assignee, title],
    ['deadline.warned', 75, 'superior', 'manager', title],
    ['deadline.breached', 100, 'superior', 'manager', title],
  ]);
  const { status, deadlines } = (await api.call('manager', 'GET', `/v1/cases/${approval}`)).body;
  const statusOf = (name: string) => deadlines.find((each: { name: string }) => each.name === name)?.status;
  expect([status, ...['@seat.1.opinions.1', '@seat.1.opinions.2', 'step'].map(statusOf)]).toEqual([
    'open',
    'breached',
    'met',
    'running',
  ]);
});

test('the report by department calls late who passed their own time, and nobody who waits beside them', async () => {
  const { items } = (await api.call('manager', 'GET', '/v1/reports/departments?kind=approval')).body;
  const lines = (items as { department: string; tasks: number; completed: number; late: number }[]).map(
    ({ department, tasks, completed, late }) => [department, tasks, completed, late],
  );
  expect(lines.toSorted()).toEqual([
    ['claims', 1, 0, 1],
    ['finance', 1, 1, 0],
    ['legal', 1, 0, 0],
  ]);
});
