import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import { getCase } from '../../db/read/get-case.ts';
import { type Browser, openBrowser } from '../sign-in/browser.ts';
import { recordsOf } from '../support/records.ts';
import { type ApprovalApi, startApprovalApi } from './approval-api.ts';

// Guarantee: one screen shows all that a decision rests on: who proposes, the amount against the reader's authority, what
// has changed since the last time, the clause, the evidence, who is against it, and the time left; and no more than the
// reader may see.

let api: ApprovalApi;
let nowMs = Date.UTC(2026, 2, 2, 2);
beforeAll(async () => {
  api = await startApprovalApi({ now: () => nowMs });
});
afterAll(() => api.stop());

const asPage = { headers: { accept: 'text/html' } };
const signedIn = async (person: string): Promise<Browser> => {
  const visitor = openBrowser(api.app, 'http://localhost:3000');
  await visitor.post('/sign-in/demo', { form: { person, next: '/v1/people/me' } });
  return visitor;
};
/** The text of a card's sections by their ids, without tags. */
const partsOf = (page: string): { [id: string]: string } =>
  Object.fromEntries(
    page.split('<section aria-labelledby="').map((part, index) => {
      const id = index === 0 ? 'top' : part.slice(0, part.indexOf('"'));
      const body = (index === 0 ? part.slice(part.indexOf('<main')) : part).split('</section>')[0] ?? '';
      return [id, body.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')];
    }),
  );
const cardOf = async (person: string, approval: string, language = 'en') => {
  const visitor = await signedIn(person);
  const page = await visitor.get(`/approvals/${approval}?lang=${language}`, asPage);
  return { ...page, parts: partsOf(page.text) };
};

describe('the card', () => {
  test('shows it all at the first asking, in both languages', async () => {
    const { approval } = await api.proposed(20_000, { clause: '§ 12 (3)', against: 'the surveyor' });
    const { assignee } = await api.openSeat(approval);
    const { status, parts, headers } = await cardOf(assignee ?? '', approval);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(parts.top).toContain('Proposed by Demo adjuster');
    expect(parts.top).toContain('Amount CN¥20,000.00');
    expect(parts.top).toContain('Your authority not asked for in this step');
    expect(parts.top).toMatch(/Due .* \(1 d 1 h left\)/);
    expect(parts.signed).toContain('Payout CN¥20,000.00');
    expect(parts.clause).toContain('Clause § 12 (3)');
    expect(parts.evidence).toContain('Invoice (missing)');
    expect(parts.dissent).toContain('Against it in the team the surveyor');
    expect(parts.steps).toContain('Legal');
    expect(parts).not.toHaveProperty('changes');

    const chinese = (await cardOf(assignee ?? '', approval, 'zh')).parts;
    expect(chinese.signed).toContain('签署内容 赔付金额 ¥20,000.00');
    expect(chinese.evidence).toContain('发票');
    expect(chinese.top).toContain('（剩余 1 天 1 小时）');
  });

  test('tells what has changed since it was sent back, who was against it and why', async () => {
    const { claim, approval } = await api.proposed(20_000, { clause: '§ 12' });
    const { taskId, assignee } = await api.openSeat(approval);
    const legal = assignee ?? '';
    const visitor = await signedIn(legal);
    const { text } = await visitor.get(`/approvals/${approval}`, asPage);
    const hidden = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1] ?? '';
    const form = { key: hidden('key'), task: hidden('task'), subject: hidden('subject') };
    expect(form.task).toBe(taskId);
    const answer = { ...form, answer: 'reject', reason: 'The repair quote is missing.' };
    await visitor.post(`/approvals/${approval}`, { form: answer, ...asPage });
    await api.addDocument(claim);
    await api.call('adjuster', 'POST', `/v1/cases/${claim}/events`, { type: 'propose' });
    await api.call('adjuster', 'POST', `/v1/cases/${claim}/events`, {
      ...{ type: 'amend', data: { amount: { amount: 35_000_00, currency: 'CNY' } } },
    });
    const second = await api.approvalOf(claim);
    const { parts } = await cardOf((await api.openSeat(second)).assignee ?? '', second);
    expect(parts.changes).toContain('Payout CN¥20,000.00 CN¥35,000.00');
    expect(parts.dissent).toContain(': rejected');
    expect(parts.evidence).toContain('Invoice');
    expect(parts.evidence).not.toContain('missing');
    expect(parts.earlier).toContain('sent back');
    // Why somebody said no is free text: it is for who may read such of the case.
    expect((await cardOf('manager', second)).parts.dissent).toContain('The repair quote is missing.');
  });

  test('says to whom an amount is too high, and to whom the step is none of theirs', async () => {
    const { approval } = await api.proposed(80_000);
    const { taskId, assignee } = await api.openSeat(approval);
    expect(await api.approve(assignee ?? '', taskId)).toBe(200);
    expect((await cardOf('manager', approval)).parts.top).toContain('(covers it)');
    const { parts, text } = await cardOf('lead', approval);
    expect(parts.top).toContain('Your authority CN¥50,000.00 (does not cover it)');
    expect(text).toContain('You have no part in this step.');
    expect(text).not.toContain('value="approve"');
  });

  test('says nothing that an address puts into its mouth, and records who read it', async () => {
    const { approval } = await api.proposed(20_000);
    const visitor = await signedIn('manager');
    const odd = await visitor.get(
      `/approvals/${approval}?error=${encodeURIComponent('Call 123 now')}`,
      asPage,
    );
    expect(odd.text).not.toContain('Call 123');
    const row = await getCase(api.store, { tenant: embeddedTenant, caseId: approval });
    expect(recordsOf(api.store).at(-1)).toMatchObject({
      ...{ type: 'approval.read', actorId: 'manager', subject: { kind: 'case', id: approval } },
      detail: { subjectHash: row?.state.signing?.approval.subjectHash },
    });
    expect((await visitor.get('/approvals/none', asPage)).status).toBe(404);
  });

  test('lists no document that is marked for others', async () => {
    const { claim, approval } = await api.proposed(20_000);
    await api.addDocument(claim, 'suspicion');
    const evidence = async (person: string) => (await cardOf(person, approval)).parts.evidence;
    expect(await evidence('manager')).toContain('Suspicion');
    expect(await evidence('legal')).not.toContain('Suspicion');
  });

  test('says how late it is', async () => {
    const { approval } = await api.proposed(20_000);
    const before = nowMs;
    nowMs += 30 * 3_600_000;
    const { parts } = await cardOf('manager', approval);
    nowMs = before;
    expect(parts.top).toMatch(/\(late by \d+ h \d+ min\)/);
  });
});
