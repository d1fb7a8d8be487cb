import { createPaymentDouble } from '../../activities/ports/payment-double.ts';
import type { PaymentStatus, Rejection } from '../../activities/ports/payment-port.ts';
import { PortFailure } from '../../activities/ports/port-failure.ts';
import type { JsonObject } from '../../machines/kernel/json.ts';
import type { Received, Reply } from './local-server.ts';

const reasons: { readonly [rejection in Exclude<Rejection, 'conflict'>]: string } = {
  'account-unknown': 'E01',
  'account-closed': 'E02',
  'name-mismatch': 'E03',
  limit: 'E04',
  other: 'E99',
};
const reasonOf = (rejection: Rejection): string => (rejection === 'conflict' ? 'E99' : reasons[rejection]);

interface Order {
  amount: string;
  currency: string;
  remark?: string;
  payee: { account: string };
}

/** A bank in a foreign shape, with the double's behaviour; where the double's answer is lost, it never answers. */
export const foreignBank = () => {
  const bank = createPaymentDouble(async (_, payee) => ({ account: String(payee) }));
  const answer = async ({ method, url, headers, body }: Received): Promise<Reply> => {
    if (headers.authorization !== 'Bearer paying-secret-3') return { status: 401 };
    const effectId = /^\/api\/payments\/([0-9a-f]{32})$/.exec(url)?.[1] ?? '';
    if (method === 'GET') {
      const status = await bank.status({ tenant: 'bank', effectId });
      return status.outcome === 'unknown' ? { status: 404 } : { status: 200, body: inForeignWords(status) };
    }
    const { amount, currency, remark = '', payee } = body as unknown as Order;
    try {
      const { reference } = await bank.pay({
        ...{ tenant: 'bank', caseId: 'bank', effectId, payee: payee.account, purpose: remark },
        amount: { amount: Math.round(Number(amount) * 100), currency },
      });
      return { status: 200, body: { serialNo: reference } };
    } catch (error) {
      if (!(error instanceof PortFailure)) throw error;
      if (error.code === 'PORT_TIMEOUT') return () => undefined;
      if (error.code === 'PAYMENT_CONFLICT') return { status: 409 };
      const status = await bank.status({ tenant: 'bank', effectId });
      return { status: 422, body: inForeignWords(status) };
    }
  };
  return { answer, booked: bank.booked };
};

const inForeignWords = (status: PaymentStatus): JsonObject => {
  switch (status.outcome) {
    case 'paid':
      return { state: 'S', serialNo: status.reference };
    case 'rejected':
      return { state: 'F', reason: reasonOf(status.rejection) };
    default:
      return { state: 'P' };
  }
};
