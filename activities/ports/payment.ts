import type { Json, Money } from '../../machines/kernel/json.ts';

/** A payment to be made once for its `effectId`, however often it is asked for. */
export interface PaymentOrder {
  effectId: string;
  tenant: string;
  caseId: string;
  amount: Money;
  /** Who is paid: an id, or the reference of a personal value; never the value. */
  payee: Json;
}

/** The system that pays. A failure is a `PortFailure`. */
export interface Payments {
  pay: (order: PaymentOrder) => Promise<{ paymentId: string }>;
}
