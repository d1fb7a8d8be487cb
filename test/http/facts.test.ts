import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi } from '../support/api.ts';

type Api = Awaited<ReturnType<typeof startTestApi>>;
let api: Api;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const openClaim = async (changes: object = {}) => {
  const data = {
    ...{ policyNumber: 'P-1', lossKind: 'motor', lossOn: '2026-01-05', plate: '京A12345' },
    ...{ description: 'Hit a post', reporter: { name: 'Li Si', phone: '13700003333' } },
    ...changes,
  };
  const { status, body } = await api.call('agent', 'POST', '/v1/cases', { definition: 'claim', data });
  expect(status).toBe(201);
  return body;
};
const types = (allowed: { type: string }[]) => allowed.map(({ type }) => type);

test('duplicateClaim: the same policy and plate with a loss at most a day apart; anything else is another loss', async () => {
  expect(types((await openClaim()).allowed)).toContain('verify');
  expect(types((await openClaim({ lossOn: '2026-01-06', plate: '京a·12345' })).allowed)).not.toContain(
    'verify',
  );
  expect(types((await openClaim({ lossOn: '2026-01-08' })).allowed)).toContain('verify');
  expect(types((await openClaim({ plate: '京B99999' })).allowed)).toContain('verify');
  expect(types((await openClaim({ policyNumber: 'P-2' })).allowed)).toContain('verify');
});

test('conflictOfInterest: who worked on the claim may not decide a complaint about it', async () => {
  const claim = await openClaim({ plate: '京C00001' });
  const contact = { type: 'contact', onBehalfOf: undefined };
  const sent = await api.call('agent', 'POST', `/v1/cases/${claim.caseId}/events`, {
    ...contact,
    data: { how: 'phone' },
  });
  const plain =
    sent.status === 200 ? sent : await api.call('agent', 'POST', `/v1/cases/${claim.caseId}/events`, contact);
  expect(plain.status).toBe(200);
  const { putPerson, getPerson } = await import('../../db/own/people.ts');
  const agent = await getPerson(api.store, 'default', 'agent');
  if (!agent) {
    throw new Error('There is no agent');
  }
  await putPerson(api.store, { ...agent, roles: ['agent', 'handler'] });
  const complaint = await api.openComplaint({ links: [{ rel: 'about', caseId: claim.caseId }] });
  const path = `/v1/cases/${complaint.caseId}/events`;
  await api.call('agent', 'POST', path, { type: 'register', data: {} });
  await api.call('handler', 'POST', path, { type: 'acknowledge' });
  const accept = { type: 'accept', data: { severity: 'P2', cause: 'delay' } };
  expect((await api.call('agent', 'POST', path, accept)).body.code).toBe('EVENT_NOT_ALLOWED');
  await putPerson(api.store, { ...agent, id: 'agent-b', roles: ['handler'], humanId: 'agent' });
  expect((await api.call('agent-b', 'POST', path, accept)).body.code).toBe('EVENT_NOT_ALLOWED');
  expect((await api.call('handler', 'POST', path, accept)).status).toBe(200);
  await putPerson(api.store, agent);
});
