import { afterAll, beforeAll, expect, test } from 'vitest';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import { writeLimit } from '../../db/own/authority.ts';
import { getCase } from '../../db/read/get-case.ts';
import { openBrowser } from '../sign-in/browser.ts';
import { type ApprovalApi, startApprovalApi } from './approval-api.ts';

// Guarantee: in an approval the limits for the kind of case that asks count; who is taken out of that case has no part in
// the approval from then on; a seat that was lent for a time is its lender's again; and a seat takes the verbs with the bodies
// that clients rely on.

let api: ApprovalApi;
let nowMs = Date.now();
beforeAll(async () => {
  api = await startApprovalApi({ now: () => nowMs });
});
afterAll(() => api.stop());

const limit = (personId: string, caseKind: string, yuan: number) =>
  api.store.write((db) =>
    writeLimit(db, embeddedTenant, {
      ...{ holder: { kind: 'person', id: personId }, caseKind, currency: 'CNY', amount: yuan * 100 },
      ...{ fromMs: null, untilMs: null },
    }),
  );
const stateOf = async (caseId: string) =>
  (await getCase(api.store, { tenant: embeddedTenant, caseId }))?.state;
/** An approval whose legal step is done. */
const atAmount = async (amount: number) => {
  const made = await api.proposed(amount);
  const { taskId, assignee } = await api.openSeat(made.approval);
  expect(await api.approve(assignee ?? '', taskId)).toBe(200);
  return { ...made, ...(await api.openSeat(made.approval)) };
};

test('a limit for claims counts in the approval of a claim, one for approvals does not', async () => {
  for (const [person, claims] of [
    ['lead', 10_000],
    ['lead-3', 10_000],
  ] as const) {
    await limit(person, 'claim', claims);
    await limit(person, 'approval', 1_000_000);
  }
  const { approval, taskId, assignee } = await atAmount(40_000);
  expect(assignee).toBe('lead-2');
  const hand = (from: string, to: string) => api.call(from, 'POST', `/v1/tasks/${taskId}/reassign`, { to });
  expect((await hand('lead-2', 'lead')).status).toBe(200);
  expect(await api.approve('lead', taskId)).toBe('AUTHORITY_EXCEEDED');
  const card = await api.call('lead', 'GET', `/v1/approvals/${approval}`);
  expect(card.body).toMatchObject({ limit: 1_000_000, mine: { blocked: 'AUTHORITY_EXCEEDED' } });
  expect((await hand('lead', 'lead-2')).status).toBe(200);
  expect(await api.approve('lead-2', taskId)).toBe(200);
});

test('who is taken out of the asking case while it is decided loses the seat and sees it no more', async () => {
  const { claim, approval } = await api.proposed(20_000);
  const { taskId, assignee } = await api.openSeat(approval);
  expect(assignee).toBe('legal');
  const recusal = { personId: 'legal', reason: 'A cousin of the claimant' };
  expect((await api.call('manager', 'POST', `/v1/cases/${claim}/recusals`, recusal)).status).toBe(200);
  const state = await stateOf(approval);
  expect(state?.signing?.approval.barred).toContain('legal');
  expect(state?.tasks[taskId]?.assignee).not.toBe('legal');
  const entries = await api.call('manager', 'GET', `/v1/cases/${approval}/entries`);
  expect(entries.body.items.map(({ type }: { type: string }) => type)).toContain('approval.barred');
  expect(await api.approve('legal', taskId)).toBe('TASK_UNKNOWN');
  expect((await api.call('legal', 'GET', `/v1/approvals/${approval}`)).status).toBe(404);
});

test('the card names who has a seat now, also once its delegation is over', async () => {
  const { approval, taskId, assignee } = await atAmount(200_00);
  const until = new Date(nowMs + 3_600_000).toISOString();
  const lent = await api.call(assignee, 'POST', `/v1/tasks/${taskId}/delegate`, { to: 'underwriter', until });
  expect(lent.status).toBe(200);
  const who = async () => {
    const { body } = await api.call('manager', 'GET', `/v1/approvals/${approval}`);
    return body.steps.at(-1).seats[0].who;
  };
  expect(await who()).toBe('Demo underwriter');
  nowMs += 3_600_000;
  expect(await who()).toBe(`Demo ${assignee}`);
  const visitor = openBrowser(api.app, 'http://localhost:3000');
  await visitor.post('/sign-in/demo', { form: { person: 'underwriter', next: '/v1/people/me' } });
  const { text } = await visitor.get(`/approvals/${approval}?lang=en`, { headers: { accept: 'text/html' } });
  expect(text).not.toContain('value="approve"');
  expect(await api.approve('underwriter', taskId)).toBe('ROLE_REQUIRED');
});

test('a seat takes each verb with the body that the contract names', async () => {
  const calls = async (taskId: string, ...made: [who: string, name: string, body?: object][]) => {
    const came: (string | number)[] = [];
    for (const [who, name, body] of made) {
      const answer = await api.call(who, 'POST', `/v1/tasks/${taskId}/${name}`, body);
      came.push(answer.body.code ?? answer.status);
    }
    return came;
  };
  const first = await api.openSeat((await api.proposed(2_000)).approval);
  expect(
    await calls(
      first.taskId,
      ['legal', 'release'],
      ['legal', 'claim'],
      ['legal', 'add-signer', { to: 'finance', position: 'after' }],
      ['legal', 'remove-signer', { who: 'finance' }],
      ['legal', 'comment', { text: 'The clause is missing' }],
      ['legal', 'return', { toStep: null }],
      ['legal', 'return', { toStep: null, reason: 'The clause is missing' }],
    ),
  ).toEqual([200, 200, 200, 200, 200, 'REASON_REQUIRED', 200]);
  const { taskId, assignee } = await atAmount(2_000);
  const until = new Date(nowMs + 3_600_000).toISOString();
  const lend: [string, string, object] = [assignee ?? '', 'delegate', { to: 'finance', until }];
  const sign: [string, string, object] = ['finance', 'complete', { outcome: 'approve', reason: 'As agreed' }];
  expect(await calls(taskId, lend, sign)).toEqual([200, 200]);
  const recalled = await api.openSeat((await api.proposed(2_000)).approval);
  const why = { reason: 'Too much' };
  expect(await calls(recalled.taskId, ['adjuster', 'withdraw'], ['adjuster', 'withdraw', why])).toEqual([
    'REASON_REQUIRED',
    200,
  ]);
});
