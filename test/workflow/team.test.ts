import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import { temporalCases } from '../../api/temporal-cases.ts';
import { entriesOf } from '../../db/read/get-case.ts';
import { verifyChain } from '../../machines/kernel/verify-chain.ts';
import { openBrowser } from '../sign-in/browser.ts';
import { type TestApi, testApiOver } from '../support/api.ts';
import { startTestServer, type TestServer } from '../support/temporal.ts';
import { startTestWorker, type TestWorker } from '../support/worker.ts';

// Guarantee: on the real engine and through the API, a team's opinion of ¥400,000 is approved in four steps by people who
// each stay within their right, with one who refuses, one on leave and one who delegates; who cheats is refused.

let server: TestServer;
let worker: TestWorker;
let api: Omit<TestApi, 'stop'>;

beforeAll(async () => {
  server = await startTestServer({ pragmas: { synchronous: 'NORMAL' } });
  worker = await startTestWorker({ temporal: server.temporal, client: server.client });
  const cases = temporalCases(worker.client, worker.taskQueue);
  api = await testApiOver({ folder: worker.folder, store: worker.store, cases });
}, 60_000);
afterAll(async () => {
  await worker.stop();
  await server.stop();
});

let team = '';
const caseOf = async (person: string, caseId: string) =>
  (await api.call(person, 'GET', `/v1/cases/${caseId}`)).body;
const send = async (person: string, type: string, data?: object, reason?: string) => {
  const { status, body } = await api.call(person, 'POST', `/v1/cases/${team}/events`, { type, data, reason });
  return status === 200 ? 200 : `${body.code} ${JSON.stringify(body.errors ?? body.detail)}`;
};
const yuan = (amount: number) => ({ amount: amount * 100, currency: 'CNY' });
const opinion = {
  outcome: 'offer',
  amount: yuan(400_000),
  minutes: 'Agreed in the conference.',
  dissent: [],
};

/** The approval that the team waits for now. */
const openApproval = async (): Promise<string> => {
  const open = async () => {
    const { links } = await caseOf('manager', team);
    const asked = links.filter(({ rel }: { rel: string }) => rel === 'approval');
    const last = asked.at(-1)?.caseId;
    return last !== undefined && (await caseOf('manager', last)).status === 'open' ? last : undefined;
  };
  await expect.poll(open).toBeDefined();
  return (await open()) as string;
};

/** The open task for a seat of this role, once it has got its person. */
const seatOf = async (approval: string, role: string): Promise<{ taskId: string; assignee: string }> => {
  const open = async () =>
    (await caseOf('manager', approval)).tasks.find(
      (task: { status: string; role: string; assignee: string | null }) =>
        task.status === 'open' && task.role === role && task.assignee !== null,
    );
  await expect.poll(open).toBeDefined();
  return open();
};

const sign = async (
  person: string,
  taskId: string,
  verb = 'complete',
  body: object = { outcome: 'approve' },
) => {
  const answer = await api.call(person, 'POST', `/v1/tasks/${taskId}/${verb}`, body);
  return answer.status === 200 ? 200 : answer.body.code;
};
const taskOf = async (approval: string, role: string) => (await seatOf(approval, role)).taskId;

describe('a team and the approval of its opinion', () => {
  test('three departments deliver, and the lead gives an opinion', async () => {
    const opened = await api.call('manager', 'POST', '/v1/cases', {
      definition: 'team',
      data: { why: 'dispute', matter: 'The customer disputes the total loss.' },
    });
    expect([opened.status, opened.body.code]).toEqual([201, undefined]);
    team = opened.body.caseId;
    const departments = ['survey', 'legal', 'coverage'];
    expect(await send('manager', 'members.set', { lead: 'lead', departments, join: 'all' })).toBe(200);
    expect(await send('lead', 'plan.agree', { plan: 'Each within two days.' })).toBe(200);
    expect(await send('adjuster', 'survey.deliver', { finding: 'Total loss.' })).toBe(200);
    expect(await send('legal', 'legal.deliver', { finding: 'Clause 12 holds.' })).toBe(200);
    expect(await send('underwriter', 'coverage.deliver', { finding: 'Covered.' })).toBe(200);
    expect((await caseOf('lead', team)).states).toEqual(['conference']);
    expect(await send('lead', 'opinion.give', opinion)).toBe(200);
  }, 60_000);

  test('legal refuses, and it goes back to the conference', async () => {
    const approval = await openApproval();
    const coverage = await taskOf(approval, 'underwriter');
    expect(await sign('lead', coverage)).toBe('ROLE_REQUIRED');
    expect(await sign('underwriter', coverage)).toBe(200);
    const legal = await taskOf(approval, 'legal');
    expect(await sign('underwriter', legal)).toBe('ROLE_REQUIRED');
    expect(await sign('legal', legal, 'complete', { outcome: 'reject' })).toBe('REASON_REQUIRED');
    expect(await sign('legal', legal, 'complete', { outcome: 'reject', reason: 'Clause 14 first.' })).toBe(
      200,
    );
    await expect.poll(async () => (await caseOf('lead', team)).states).toEqual(['conference']);
    expect(await send('lead', 'opinion.give', opinion)).toBe(200);
  }, 60_000);

  test('the second time all sign: a manager is on leave, finance lends the seat, head office decides on the card', async () => {
    const approval = await openApproval();
    expect(await sign('underwriter', await taskOf(approval, 'underwriter'))).toBe(200);
    expect(await sign('legal', await taskOf(approval, 'legal'))).toBe(200);

    const from = new Date(Date.now() - 60_000).toISOString();
    const until = new Date(Date.now() + 86_400_000).toISOString();
    const away = await api.call('manager', 'POST', '/v1/absences', {
      reason: 'leave',
      from,
      until,
    });
    expect([away.status, away.body.code]).toEqual([201, undefined]);
    const stands = {
      kind: 'substitution',
      personId: 'manager',
      delegateId: 'complaints-manager',
      from,
      until,
    };
    const substitute = await api.call('manager', 'POST', '/v1/delegations', stands);
    expect([substitute.status, substitute.body.code]).toEqual([201, undefined]);
    const ofManager = await taskOf(approval, 'manager');
    expect(await sign('adjuster', ofManager)).toBe('ROLE_REQUIRED');
    expect(await sign('complaints-manager', ofManager)).toBe(200);

    const { taskId: finance, assignee: lender } = await seatOf(approval, 'finance');
    const borrower = ['finance', 'finance-2', 'finance-3'].find((id) => id !== lender) ?? '';
    const lend = { to: borrower, until };
    expect(await sign(lender, finance, 'delegate', { ...lend, to: 'lead' })).toBe('FOUR_EYES');
    expect(await sign(lender, finance, 'delegate', lend)).toBe(200);
    expect(await sign(borrower, finance, 'delegate', { to: 'siu', until })).toBe('DELEGATION_CHAINED');
    expect(await sign(borrower, finance)).toBe(200);

    const byAuthority = await taskOf(approval, 'head-office');
    expect(await sign('manager', byAuthority)).toBe('ROLE_REQUIRED');
    const origin = 'http://localhost:3000';
    const browser = openBrowser(api.app, origin);
    const asked = await browser.get(`/approvals/${approval}`);
    expect(asked.at).toBe(`/sign-in?next=${encodeURIComponent(`/approvals/${approval}`)}`);
    await browser.post('/sign-in/demo', { form: { person: 'head-office', next: `/approvals/${approval}` } });
    const card = await browser.get(`/approvals/${approval}?lang=en`);
    expect(card.status).toBe(200);
    expect(card.text).toContain('CN¥400,000.00');
    expect(card.text).toContain('sent back');
    const field = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(card.text)?.[1] ?? '';
    const form = { key: field('key'), task: field('task'), subject: field('subject'), answer: 'approve' };
    const old = await browser.post(`/approvals/${approval}`, { form: { ...form, subject: '0'.repeat(64) } });
    expect(old.at).toContain('error=STALE');
    expect((await caseOf('manager', approval)).status).toBe('open');
    const done = await browser.post(`/approvals/${approval}`, { form });
    expect(done.at).toBe(`/approvals/${approval}?done=1`);
    await expect.poll(async () => (await caseOf('lead', team)).states).toEqual(['implementing']);

    const trail = await entriesOf(worker.store, { tenant: embeddedTenant, caseId: approval });
    expect(trail.filter(({ type }) => type === 'seat.approved')).toHaveLength(5);
    expect(verifyChain(trail.map(({ restrictedTo: _, ...entry }) => entry))).toEqual({ ok: true });
  }, 90_000);
});
