import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseMapping } from '../../activities/ports/http-mapping-file.ts';
import { createOpenPayee } from '../../activities/ports/open-payee.ts';
import { createPaymentDouble } from '../../activities/ports/payment-double.ts';
import { createHttpPaymentPort, paymentPortSpec } from '../../activities/ports/payment-http.ts';
import type { OpenPayee, PaymentPort, PurposedOrder } from '../../activities/ports/payment-port.ts';
import { eraseSubject } from '../../db/vault/erase-subject.ts';
import { openVault } from '../../db/vault/open-vault.ts';
import { sealValues } from '../../db/vault/seal-values.ts';
import type { Json } from '../../machines/kernel/json.ts';
import { temporaryStore } from '../support/temporary-store.ts';
import { localMapping, secrets } from './documented-mappings.ts';
import { foreignBank } from './foreign-bank.ts';
import { localServer } from './local-server.ts';

/** In these tests an order's payee is the account itself. */
const openPayee: OpenPayee = async (_, payee) => ({ account: String(payee), name: '王小明（生成）' });

const order = (more: Partial<PurposedOrder> = {}): PurposedOrder => ({
  ...{ tenant: 'acme', caseId: 'case-1', effectId: 'case-1/7/1', purpose: 'claim-settlement' },
  ...{ amount: { amount: 123_456, currency: 'CNY' }, payee: '6222000011112222' },
  ...more,
});

interface Running {
  port: PaymentPort;
  booked: () => readonly { amount: { amount: number; currency: string } }[];
  close: () => Promise<void>;
}
const bankInProcess = async (): Promise<Running> => {
  const port = createPaymentDouble(openPayee);
  return { port, booked: port.booked, close: async () => undefined };
};
const bankOverHttp = async (): Promise<Running> => {
  const { answer, booked } = foreignBank();
  const server = await localServer(answer);
  const mapping = parseMapping(localMapping('payment', server.url), 'payment.yaml', paymentPortSpec, secrets);
  return { port: createHttpPaymentPort(mapping, openPayee), booked, close: server.close };
};

describe.each([
  ['the double', bankInProcess],
  ['the HTTP adapter', bankOverHttp],
])('the payment port, as %s', (_, start) => {
  let bank: Running;
  beforeEach(async () => {
    bank = await start();
  });
  afterEach(() => bank.close());

  test('pays once, however often it is asked, and tells what became of it', async () => {
    const { port, booked } = bank;
    expect(await port.status(order())).toEqual({ outcome: 'unknown' });
    const paid = await port.pay(order());
    expect(paid).toEqual({
      paymentId: expect.stringMatching(/^[0-9a-f]{32}$/),
      reference: expect.any(String),
    });
    expect(await port.pay(order())).toEqual(paid);
    expect(booked().map(({ amount }) => amount)).toEqual([{ amount: 123_456, currency: 'CNY' }]);
    expect(await port.status(order())).toEqual({ outcome: 'paid', reference: paid.reference });
  });

  test('two tries at the same time pay once', async () => {
    const { port, booked } = bank;
    const [one, two] = await Promise.all([port.pay(order()), port.pay(order())]);
    expect(one).toEqual(two);
    expect(booked()).toHaveLength(1);
  });

  test('two different orders under one effect at the same time: one is paid, the other refused', async () => {
    const { port, booked } = bank;
    const tries = await Promise.allSettled([
      port.pay(order()),
      port.pay(order({ amount: { amount: 1, currency: 'CNY' } })),
    ]);
    expect(tries.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(tries.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'PAYMENT_CONFLICT' },
    });
    expect(booked()).toHaveLength(1);
  });

  test('another effect, or the same effect of another tenant, is another payment', async () => {
    const { port, booked } = bank;
    const ids = [
      await port.pay(order()),
      await port.pay(order({ effectId: 'case-1/8/1' })),
      await port.pay(order({ tenant: 'other' })),
    ].map(({ paymentId }) => paymentId);
    expect(new Set(ids).size).toBe(3);
    expect(booked()).toHaveLength(3);
  });

  test('another amount or payee under the same effect is refused and pays nothing', async () => {
    const { port, booked } = bank;
    await port.pay(order());
    const conflict = { code: 'PAYMENT_CONFLICT', retryable: false };
    await expect(port.pay(order({ amount: { amount: 1, currency: 'CNY' } }))).rejects.toMatchObject(conflict);
    await expect(port.pay(order({ payee: '6222000011113333' }))).rejects.toMatchObject(conflict);
    expect(booked()).toHaveLength(1);
  });

  test.each([
    ['0000', 'PAYMENT_ACCOUNT_UNKNOWN', 'account-unknown'],
    ['0001', 'PAYMENT_ACCOUNT_CLOSED', 'account-closed'],
    ['0002', 'PAYMENT_NAME_MISMATCH', 'name-mismatch'],
  ])('an account ending in %s is rejected for good: %s', async (ending, code, rejection) => {
    const rejected = order({ payee: `622200001111${ending}` });
    for (let tries = 0; tries < 2; tries += 1) {
      const failure = await bank.port.pay(rejected).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code, retryable: false });
      expect(String(failure)).not.toContain('6222');
    }
    expect(await bank.port.status(rejected)).toEqual({ outcome: 'rejected', rejection });
  });

  test('where the answer is lost, the next try finds the payment made', async () => {
    const lost = order({ payee: '6222000011110503' });
    await expect(bank.port.pay(lost)).rejects.toMatchObject({ code: 'PORT_TIMEOUT', retryable: true });
    const { reference } = await bank.port.pay(lost);
    expect(await bank.port.status(lost)).toEqual({ outcome: 'paid', reference });
    expect(bank.booked()).toHaveLength(1);
  });
});

describe('over HTTP', () => {
  const answering = async (answer: (n: number) => { status: number; body?: Json }) => {
    const server = await localServer(() => answer(server.received.length));
    const mapping = parseMapping(
      localMapping('payment', server.url),
      'payment.yaml',
      paymentPortSpec,
      secrets,
    );
    return { port: createHttpPaymentPort(mapping, openPayee), server };
  };

  test('an order says all that the bank must know, and the same effect id each time', async () => {
    const { port, server } = await answering(() => ({ status: 200, body: { serialNo: 'B-1' } }));
    const { paymentId } = await port.pay(order());
    await port.pay(order());
    const [first, second] = server.received;
    expect(first).toMatchObject({
      method: 'PUT',
      url: `/api/payments/${paymentId}`,
      headers: { authorization: 'Bearer paying-secret-3' },
      body: {
        amount: '1234.56',
        currency: 'CNY',
        remark: 'claim-settlement',
        payee: { account: '6222000011112222', name: '王小明（生成）' },
      },
    });
    expect(first?.body).not.toHaveProperty('payee.bank');
    expect(second?.url).toBe(first?.url);
    await server.close();
  });

  test('a payment that is not decided yet is tried again', async () => {
    const { port, server } = await answering((n) =>
      n === 1 ? { status: 202, body: {} } : { status: 200, body: { serialNo: 'B-1' } },
    );
    await expect(port.pay(order())).rejects.toMatchObject({ code: 'PAYMENT_PENDING', retryable: true });
    expect(await port.pay(order())).toMatchObject({ reference: 'B-1' });
    await server.close();
  });

  test.each([
    ['a payment without a reference', 200, { state: 'S' }, 'PORT_ANSWER_INVALID'],
    ['a reason that the mapping does not list', 200, { state: 'F', reason: 'E77' }, 'PORT_ANSWER_INVALID'],
    ['a refusal to tell', 403, {}, 'PORT_REFUSED'],
  ])('%s is no status', async (_, status, body, code) => {
    const { port, server } = await answering(() => ({ status, body }));
    await expect(port.status(order())).rejects.toMatchObject({ code, retryable: false });
    await server.close();
  });
});

describe("the double's books", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'caseloom-books-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('survive a restart, and hold no account', async () => {
    const file = join(folder, 'payments.jsonl');
    const paid = await createPaymentDouble(openPayee, { file }).pay(order());
    const restarted = createPaymentDouble(openPayee, { file });
    expect(await restarted.pay(order())).toEqual(paid);
    await expect(restarted.pay(order({ payee: '1' }))).rejects.toMatchObject({ code: 'PAYMENT_CONFLICT' });
    expect(restarted.booked()).toHaveLength(1);
    expect(readFileSync(file, 'utf8')).not.toContain('6222');
  });

  test('forget a line that a crash cut off', async () => {
    const file = join(folder, 'payments.jsonl');
    await createPaymentDouble(openPayee, { file }).pay(order());
    appendFileSync(file, '{"paymentId":"half');
    await createPaymentDouble(openPayee, { file }).pay(order({ effectId: 'case-1/8/1' }));
    expect(createPaymentDouble(openPayee, { file }).booked()).toHaveLength(2);
  });
});

describe('a payee', () => {
  const sealing = { tenant: 'acme', subject: 'customer-1', caseId: 'case-1' };

  test('is opened from the vault field by field; an id stays as it is', async () => {
    const opened = await temporaryStore();
    const vault = await openVault(opened.store, { home: opened.folder });
    const [account, name] = await sealValues(vault, sealing, [
      { field: '/payee/account', value: '6222000011112222' },
      { field: '/payee/name', value: '王小明（生成）' },
    ]);
    if (!account || !name) throw new Error('not sealed');
    const open = createOpenPayee(vault);
    const asJson = (sealed: { ref: string; commitment: string }): Json => ({ ...sealed });
    expect(await open('acme', { account: asJson(account), name: asJson(name) })).toEqual({
      account: '6222000011112222',
      name: '王小明（生成）',
    });
    expect(await open('acme', asJson(account))).toEqual({ account: '6222000011112222' });
    expect(await open('acme', 'ACC-17')).toEqual({ account: 'ACC-17' });

    const refused = { code: 'PORT_INPUT_INVALID', retryable: false };
    await expect(open('other', { account: asJson(account) })).rejects.toMatchObject(refused);
    await expect(open('acme', { name: asJson(name) })).rejects.toMatchObject(refused);
    await expect(open('acme', null)).rejects.toMatchObject(refused);
    await eraseSubject(vault, { tenant: 'acme', subject: 'customer-1' });
    await expect(open('acme', { account: asJson(account) })).rejects.toMatchObject(refused);
    await opened.remove();
  });
});
