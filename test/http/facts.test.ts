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
