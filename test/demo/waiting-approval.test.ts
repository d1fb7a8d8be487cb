import { afterAll, beforeAll, expect, test } from 'vitest';
import { generatePolicyBook } from '../../activities/ports/generated-policies.ts';
import { planDemo } from '../../cli/demo/plan-demo.ts';
import { opinionProposer, opinionSigner, teamRoad } from '../../cli/demo/team-road.ts';
import { replayPlans } from '../../cli/replay/replay-plans.ts';
import { type ApprovalApi, startApprovalApi } from '../approval/approval-api.ts';
import { type Browser, openBrowser } from '../sign-in/browser.ts';

// Guarantee: after the demonstration's plan one approval of four steps waits for a demo person who signs in by a click. It
// is decided on its card, step by step and without a second factor, but not by who gave the opinion.

let api: ApprovalApi;
beforeAll(async () => {
  api = await startApprovalApi();
});
afterAll(() => api.stop());

const asPage = { headers: { accept: 'text/html' } };
const signedIn = async (person: string): Promise<Browser> => {
  const visitor = openBrowser(api.app, 'http://localhost:3000');
  expect((await visitor.get('/sign-in', asPage)).text).toContain(`value="${person}"`);
  await visitor.post('/sign-in/demo', { form: { person } });
  return visitor;
};
const waitingFor = async (person: string) => (await api.call(person, 'GET', '/v1/approvals')).body.items;

test('one approval waits for who signs first, and for nobody else', async () => {
  const plans = planDemo(Date.now(), generatePolicyBook()).filter(({ steps }) => steps === teamRoad.steps);
  const { cases, commands } = await replayPlans(plans, {
    send: async ({ person, method, path, body, key }) =>
      api.call(person, method, path, body, key === undefined ? {} : { key }),
    mode: 'live',
  });
  expect([cases, commands]).toMatchObject([{ driven: 1 }, { accepted: 7, refused: 0 }]);
  const people = (await api.call('admin', 'GET', '/v1/people')).body.items as { personId: string }[];
  expect(people.map(({ personId }) => personId)).toContain(opinionSigner);
  for (const { personId } of people) {
    expect([personId, await waitingFor(personId)]).toMatchObject([
      personId,
      personId === opinionSigner
        ? [{ amount: { amount: 48_000_00, currency: 'CNY' }, hold: 'CARD_UNREAD', step: 'coverage' }]
        : [],
    ]);
  }
});

test('its card shows four steps, and is decided there', async () => {
  const [{ caseId, taskId }] = await waitingFor(opinionSigner);
  const signer = await signedIn(opinionSigner);
  expect((await signer.get('/account', asPage)).text).toContain('href="/approvals"');
  expect((await signer.get('/approvals', asPage)).text).toContain(`href="/approvals/${caseId}"`);
  const { text } = await signer.get(`/approvals/${caseId}?lang=en`, asPage);
  const shown = ['Demo lead', 'CN¥48,000.00', 'Underwriting', 'Legal', 'Claims and finance', 'By authority'];
  for (const each of shown) {
    expect(text).toContain(each);
  }
  const hidden = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1] ?? '';
  const form = { key: hidden('key'), task: hidden('task'), subject: hidden('subject'), answer: 'approve' };
  expect(form.task).toBe(taskId);
  const { text: after } = await signer.post(`/approvals/${caseId}`, { form, ...asPage });
  expect(after).toContain('href="/approvals"');
  expect(await waitingFor(opinionSigner)).toEqual([]);
  expect(await waitingFor('legal')).toMatchObject([{ caseId, step: 'legal' }]);
});

test('who gave the opinion cannot approve it, by a right that colleagues have', async () => {
  const [{ caseId }] = await waitingFor('legal');
  const proposer = await signedIn(opinionProposer);
  const told = async () => (await proposer.get(`/approvals/${caseId}?lang=en`, asPage)).text;
  expect(await told()).toContain('Whoever proposed it does not decide on it.');
  // Legal, then claims and finance.
  for (const _ of ['legal', 'claims', 'finance']) {
    const { assignee, taskId } = await api.openSeat(caseId);
    expect(await api.approve(assignee ?? '', taskId)).toBe(200);
  }
  const last = await api.openSeat(caseId);
  expect(['lead-2', 'lead-3']).toContain(last.assignee);
  expect(await api.approve(opinionProposer, last.taskId)).toBe('FOUR_EYES');
  expect(await told()).not.toContain('value="approve"');
  expect(await api.approve(last.assignee ?? '', last.taskId)).toBe(200);
  const { status, states } = (await api.call('admin', 'GET', `/v1/cases/${caseId}`)).body;
  expect([status, states]).toEqual(['closed', ['approved']]);
});
