import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';
import { canonicalJson } from '../../machines/kernel/canonical-json.ts';
import type { Money } from '../../machines/kernel/json.ts';
import { sha256Hex } from '../../machines/kernel/sha256.ts';
import { effectName } from './effect-file.ts';
import {
  type OpenPayee,
  type PaymentPort,
  type PaymentStatus,
  type PurposedOrder,
  paidOrFailed,
  type Rejection,
} from './payment-port.ts';
import { PortFailure } from './port-failure.ts';

/** A line of the double's own books; no account in it. */
export interface BookedPayment {
  paymentId: string;
  /** Tells one order from another under the same effect id. */
  fingerprint: string;
  amount: Money;
  status: PaymentStatus;
}

export interface PaymentDouble extends PaymentPort {
  /** What was booked, oldest first. */
  booked: () => readonly BookedPayment[];
}

/** Endings of accounts that this bank rejects. */
const rejectedEndings: { readonly [ending: string]: Rejection } = {
  '0000': 'account-unknown',
  '0001': 'account-closed',
  '0002': 'name-mismatch',
};
/** An account for which the answer is lost once, though the order was booked: the worst that a network does. */
const lostEnding = '0503';

/**
 * A bank in this process. It pays whom it is told to, but for accounts ending in 0000, 0001 or 0002, which it
 * rejects; for one ending in 0503 it pays and its first answer is lost. With `file`, its books (JSON lines) survive.
 */
export const createPaymentDouble = (
  openPayee: OpenPayee,
  { file }: { file?: string } = {},
): PaymentDouble => {
  const books = new Map<string, BookedPayment>();
  for (const payment of file === undefined ? [] : readBooks(file)) {
    books.set(payment.paymentId, payment);
  }
  const book = (payment: BookedPayment): void => {
    if (file !== undefined) {
      appendFileSync(file, `${JSON.stringify(payment)}\n`, { mode: 0o600, flush: true });
    }
    books.set(payment.paymentId, payment);
  };
  /** The answer to an order that is in the books already. */
  const again = (paymentId: string, order: PurposedOrder): PaymentStatus | undefined => {
    const earlier = books.get(paymentId);
    if (!earlier) return undefined;
    const isSame = earlier.fingerprint === fingerprintOf(order);
    return isSame ? earlier.status : { outcome: 'rejected', rejection: 'conflict' };
  };
  return {
    pay: async (order) => {
      const paymentId = effectName(order.tenant, order.effectId);
      const known = again(paymentId, order);
      if (known) return paidOrFailed(paymentId, known);
      const { account } = await openPayee(order.tenant, order.payee);
      // Opening the payee took time, in which another try may have been booked.
      const meanwhile = again(paymentId, order);
      if (meanwhile) return paidOrFailed(paymentId, meanwhile);
      const rejection = rejectedEndings[account.slice(-4)];
      const status: PaymentStatus = rejection
        ? { outcome: 'rejected', rejection }
        : { outcome: 'paid', reference: `GEN-PAY-${paymentId.slice(0, 12)}` };
      book({ paymentId, fingerprint: fingerprintOf(order), amount: order.amount, status });
      if (account.endsWith(lostEnding)) {
        throw new PortFailure({ port: 'payment', operation: 'pay' }, 'PORT_TIMEOUT', 'no answer in time');
      }
      return paidOrFailed(paymentId, status);
    },
    status: async ({ tenant, effectId }) =>
      books.get(effectName(tenant, effectId))?.status ?? { outcome: 'unknown' },
    booked: () => [...books.values()],
  };
};

const fingerprintOf = ({ amount, payee, purpose = '' }: PurposedOrder): string =>
  sha256Hex(canonicalJson([amount, payee, purpose]));

const readBooks = (file: string): BookedPayment[] => {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  // A last line without its end was never acknowledged; the next one must not be glued to it.
  if (whole.length < text.length) truncateSync(file, Buffer.byteLength(whole));
  return whole
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as BookedPayment);
};
