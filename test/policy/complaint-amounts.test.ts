import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApi } from '../support/api.ts';
import { recordsOf } from '../support/records.ts';

// Guarantee: who complains again gets no more by it than one person may decide; the refusal is a record.

let api: Awaited<ReturnType<typeof startTestApi>>;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

/** A complaint with a payment proposed, in yuan. */
const proposed = async (complainant: object, yuan: number): Promise<string> => {
  const data = {
    ...{
      channel: 'email',
      product: 'motor',
      summary: 'Late',
      complainant: { name: 'Zhang San', ...complainant },
    },
  };
  const { caseId } = await api.openComplaint({ data });
  const remedy = { kind: 'payment', amount: { amount: yuan * 100, currency: 'CNY' } };
  for (const [who, type, data] of [
    ['agent', 'register', {}],
    ['handler', 'acknowledge', {}],
    ['handler', 'accept', { severity: 'P2', cause: 'delay' }],
    ['handler', 'findings', { finding: 'upheld', evidence: ['claim file'] }],
    ['handler', 'propose', { remedy }],
  ] as const) {
    const sent = await api.call(who, 'POST', `/v1/cases/${caseId}/events`, { type, data });
    expect([type, sent.status]).toEqual([type, 200]);
  }
  return caseId;
};
const approve = async (who: string, caseId: string) => {
  const { status, body } = await api.call(who, 'POST', `/v1/cases/${caseId}/events`, { type: 'approve' });
  return status === 200 ? 'taken' : body.code;
};

it.each([
  ['phone', { phone: '13900001111' }, { phone: '139 0000-1111' }],
  ['e-mail address', { email: 'zhang@example.com' }, { email: 'Zhang@Example.com' }],
  ['ID number', { idNumber: '11010119900307123X' }, { idNumber: '110101 19900307 123x' }],
])('what the customer got in 90 days counts, found by their %s', async (_, complainant, again) => {
  expect(await approve('complaints-manager', await proposed(complainant, 40_000))).toBe('taken');
  const second = await proposed(again, 20_000);
  expect(await approve('complaints-manager', second)).toBe('AUTHORITY_EXCEEDED');
  expect(recordsOf(api.store).findLast(({ type }) => type === 'command.refused')).toMatchObject({
    actorId: 'complaints-manager',
    subject: { id: second },
    detail: { code: 'AUTHORITY_EXCEEDED' },
  });
  expect(await approve('complaints-manager-3', second)).toBe('taken');
});

it('nobody else’s counts', async () => {
  expect(await approve('complaints-manager', await proposed({ phone: '13911112222' }, 40_000))).toBe('taken');
  expect(await approve('complaints-manager', await proposed({ phone: '13911113333' }, 40_000))).toBe('taken');
});
