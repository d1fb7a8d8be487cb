import type { Json } from '../../machines/kernel/json.ts';
import type { PaymentOrder, Payments } from './payment.ts';
import { PortFailure, type PortFailureCode } from './port-failure.ts';

/** The account that is paid, in the clear: only between the vault and the paying system. */
export interface PayeeAccount {
  account: string;
  name?: string;
  bank?: string;
}

/** Opens what stands for a payee in an order. @throws PortFailure where there is nothing to open any more */
export type OpenPayee = (tenant: string, payee: Json) => Promise<PayeeAccount>;

export interface PurposedOrder extends PaymentOrder {
  /** A word of the definition's, e.g. `claim-settlement`; printed on the payment, so nothing personal. */
  purpose?: string;
}

/** Why a bank rejects a payment. */
export const rejections = {
  'account-unknown': 'PAYMENT_ACCOUNT_UNKNOWN',
  'account-closed': 'PAYMENT_ACCOUNT_CLOSED',
  'name-mismatch': 'PAYMENT_NAME_MISMATCH',
  limit: 'PAYMENT_LIMIT_EXCEEDED',
  conflict: 'PAYMENT_CONFLICT',
  other: 'PAYMENT_REJECTED',
} as const satisfies { [rejection: string]: PortFailureCode };
export type Rejection = keyof typeof rejections;

/** What became of a payment; `unknown`: nothing was ordered under this effect id. */
export type PaymentStatus =
  | { outcome: 'paid'; reference: string }
  | { outcome: 'rejected'; rejection: Rejection }
  | { outcome: 'pending' }
  | { outcome: 'unknown' };

export interface Paid {
  /** Ours, the same for every try. */
  paymentId: string;
  /** The paying system's own. */
  reference: string;
}

/**
 * A system that pays. An order is paid once for its tenant and effect id, however often it is asked for; after a
 * `PORT_TIMEOUT` it may have been paid, and asking again, or `status`, tells. All methods throw `PortFailure`.
 */
export interface PaymentPort extends Payments {
  pay: (order: PurposedOrder) => Promise<Paid>;
  status: (effect: { tenant: string; effectId: string }) => Promise<PaymentStatus>;
}

/** The paid order, or the failure that the outcome is. @throws PortFailure */
export const paidOrFailed = (paymentId: string, status: PaymentStatus): Paid => {
  const asked = { port: 'payment', operation: 'pay' };
  switch (status.outcome) {
    case 'paid':
      return { paymentId, reference: status.reference };
    case 'rejected':
      throw new PortFailure(asked, rejections[status.rejection], `rejected (${status.rejection})`);
    case 'pending':
      throw new PortFailure(asked, 'PAYMENT_PENDING', 'ordered, not decided yet');
    case 'unknown':
      throw new PortFailure(asked, 'PORT_ANSWER_INVALID', 'the order was not taken');
  }
};
