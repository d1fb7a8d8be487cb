import { afterAll, beforeAll, expect, test } from 'vitest';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import { putPerson } from '../../db/own/people.ts';
import { getCase } from '../../db/read/get-case.ts';
import { type Browser, openBrowser } from '../sign-in/browser.ts';
import { codeOf, giveAccount, password } from '../sign-in/people.ts';
import { recordsOf } from '../support/records.ts';
import { type ApprovalApi, startApprovalApi } from './approval-api.ts';

// Guarantee: above the amount that a plan names, nobody decides without a second factor; the answer and the card say how
// to prove one, and the entry says that it was.

let api: ApprovalApi;
const origin = 'http://localhost:3000';
const browser = (): Browser => openBrowser(api.app, origin);

beforeAll(async () => {
  api = await startApprovalApi();
  await putPerson(api.store, {
    ...{ tenant: embeddedTenant, id: 'legal-2', name: 'Legal 2', status: 'active', roles: ['legal'] },
    ...{ departments: ['legal'], skills: [], authority: [] },
  });
});
afterAll(() => api.stop());

/** A browser in which this person has signed in with a password and, where asked, set up a second factor. */
const signedIn = async (person: string, { secondFactor }: { secondFactor: boolean }): Promise<Browser> => {
  const visitor = browser();
  const email = await giveAccount(api, visitor, person);
  await visitor.post('/sign-in', { form: { email, password } });
  if (secondFactor) {
    const shown = await visitor.post('/account/second-factor', { form: { password } });
    const secret = /<code id="secret">([A-Z2-7]+)</.exec(shown.text)?.[1] ?? '';
    await visitor.post('/account/second-factor/confirm', { form: { code: codeOf(secret) } });
  }
  return visitor;
};

test('403: a token and a session without one are refused and recorded; the card leads to the step-up page', async () => {
  const { approval } = await api.proposed(200_000);
  const { taskId } = await api.openSeat(approval);
  expect(await api.approve('legal', taskId)).toBe('SECOND_FACTOR_REQUIRED');
  expect(recordsOf(api.store).at(-1)).toMatchObject({
    ...{ type: 'command.refused', actorId: 'legal' },
    detail: { code: 'SECOND_FACTOR_REQUIRED' },
  });

  const visitor = await signedIn('legal', { secondFactor: false });
  const card = await visitor.get(`/approvals/${approval}?lang=en`);
  expect(card.text).toContain('An amount like this takes a second factor.');
  expect(card.text).not.toContain('value="approve"');
  const to = `/sign-in/step-up?next=${encodeURIComponent(`/approvals/${approval}`)}`;
  expect(card.text).toContain(`href="${to}"`);
  const page = await visitor.get(`${to}&lang=en`);
  expect(page.text).toContain('sign in with a passkey, or with your password and a code');
  expect(page.text).toContain(`<input type="hidden" name="next" value="/approvals/${approval}">`);
  expect((await browser().get(to)).at).toBe(`/sign-in?next=${encodeURIComponent(`/approvals/${approval}`)}`);
});

test('with one it is decided, and the entry says so; below the amount nobody is asked', async () => {
  const { approval } = await api.proposed(200_000);
  // Their colleague has the seat of the payout before.
  const { taskId, assignee } = await api.openSeat(approval);
  expect(assignee).toBe('legal-2');
  const visitor = await signedIn('legal-2', { secondFactor: true });
  const back = await visitor.get(`/sign-in/step-up?next=/approvals/${approval}`);
  expect(back.at).toBe(`/approvals/${approval}`);
  expect(back.text).toContain('value="approve"');
  const decided = await visitor.post(`/v1/tasks/${taskId}/complete`, {
    json: { outcome: 'approve' },
    headers: { 'idempotency-key': 'with-second-factor' },
  });
  expect(decided.status).toBe(200);
  const entries = await api.call('manager', 'GET', `/v1/cases/${approval}/entries`);
  const leaf = JSON.parse(
    entries.body.items.findLast(({ type }: { type: string }) => type === 'seat.approved').leaf,
  );
  expect(leaf.facts.actor).toMatchObject({ id: 'legal-2', secondFactor: true });

  const small = await api.proposed(100_000);
  const seat = await api.openSeat(small.approval);
  expect(await api.approve(seat.assignee ?? '', seat.taskId)).toBe(200);
  const row = await getCase(api.store, { tenant: embeddedTenant, caseId: small.approval });
  expect(row?.state.signing?.approval.step).toBe('amount');
});
