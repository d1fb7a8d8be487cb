import { readFileSync } from 'node:fs';
import { ApplicationFailure } from '@temporalio/common';
import { expect, test } from 'vitest';
import { createCallService, createServices } from '../../activities/call-service.ts';
import { createPaymentPort, createPolicyPort } from '../../activities/ports/create-ports.ts';
import { createPaymentDouble } from '../../activities/ports/payment-double.ts';
import type { Json } from '../../machines/kernel/json.ts';
import type { ServiceCall } from '../../workflows/activity-contract.ts';

const sealed = (ref: string): Json => ({ ref, commitment: 'c'.repeat(64) });
/** A vault in which every reference holds an account that ends in the same digits. */
const payments = createPaymentDouble(async (_, payee) => ({
  account: (payee as { account: { ref: string } }).account.ref,
}));
const callService = createCallService(
  createServices({
    payments,
    letters: { send: async ({ template, to }) => ({ letterId: JSON.stringify([template, to]) }) },
    policies: createPolicyPort({ generated: {} }),
  }),
);
const call = (activity: string, input: Json, effectId = 'case-1/7/1'): ServiceCall => ({
  ...{ tenant: 'acme', caseId: 'case-1', effectId },
  activity,
  input,
});
/** What the shipped definitions send: a payee of sealed fields, an amount and a purpose. */
const payment = (ref: string): Json => ({
  purpose: 'claim',
  payee: { account: sealed(ref), name: sealed('pv_name') },
  amount: { amount: 5_000, currency: 'CNY' },
});

test('a payment as the shipped definitions order it is paid, and tells its reference', async () => {
  expect(await callService(call('payment.pay', payment('pv_1234')))).toEqual({
    paymentId: expect.any(String),
    reference: expect.stringMatching(/^GEN-PAY-/),
  });
});

test.each([
  ['pv_0000', 'PAYMENT_ACCOUNT_UNKNOWN', true],
  ['pv_0503', 'PORT_TIMEOUT', false],
])(
  'a failed payment (%s) has its code as type, and says whether to try again',
  async (ref, type, nonRetryable) => {
    const failure = await callService(call('payment.pay', payment(ref), ref)).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({ type, nonRetryable });
  },
);

test('a letter that names nobody goes to the customer', async () => {
  expect(await callService(call('letter.send', { template: 'claim-papers' }))).toEqual({
    letterId: '["claim-papers",{"customer":true}]',
  });
  await expect(callService(call('letter.send', { template: 'x', to: 'me' }))).rejects.toMatchObject({
    type: 'SERVICE_INPUT_INVALID',
    nonRetryable: true,
  });
});

test('a claim finds its policy, and is told where there is none', async () => {
  const ask = (policyNumber: string) =>
    callService(call('policy.snapshot', { policyNumber, lossOn: '2026-07-01' }));
  const [known] = await createPolicyPort({ generated: {} }).findByPhone('12000000001');
  expect(await ask(known?.number ?? '')).toMatchObject({ found: true });
  expect(await ask('GEN-X')).toEqual({ found: false });
  await expect(callService(call('policy.snapshot', {}))).rejects.toMatchObject({
    type: 'PORT_INPUT_INVALID',
  });
});

test('every service that a shipped definition names is there', () => {
  const services = createServices({
    payments: createPaymentPort({ booksFile: '/nonexistent' }, async () => ({ account: '1' })),
    letters: { send: async () => ({ letterId: 'l-1' }) },
    policies: createPolicyPort({ generated: { policies: 1 } }),
  });
  for (const id of ['claim', 'exposure', 'complaint']) {
    const text = readFileSync(new URL(`../../machines/library/${id}/1.0.0.json`, import.meta.url), 'utf8');
    const named = Object.values(
      (JSON.parse(text) as { services: { [name: string]: { activity: string } } }).services,
    );
    expect(named.length).toBeGreaterThan(0);
    for (const { activity } of named) {
      expect(services).toHaveProperty([activity]);
    }
  }
});
