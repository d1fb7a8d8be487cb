import { z } from 'zod';
import { effectName } from './effect-file.ts';
import { createHttpAdapter } from './http-adapter.ts';
import type { PortSpec } from './http-mapping.ts';
import type { ReadyMapping } from './http-mapping-file.ts';
import { majorText } from './minor-units.ts';
import {
  type OpenPayee,
  type PaymentPort,
  type PaymentStatus,
  paidOrFailed,
  type Rejection,
  rejections,
} from './payment-port.ts';
import { PortFailure } from './port-failure.ts';

const outcome = z.strictObject({
  outcome: z.enum(['paid', 'pending', 'rejected']),
  /** Needed with `paid`. */
  reference: z.string().min(1).max(120).optional(),
  /** Default `other`. */
  rejection: z.enum(Object.keys(rejections) as [Rejection, ...Rejection[]]).optional(),
});

/** What a mapping file for a paying system says: these operations, placeholders and answers. */
export const paymentPortSpec = {
  port: 'payment',
  operations: {
    pay: {
      placeholders: [
        ...['effectId', 'amountMinor', 'amountMajor', 'currency', 'purpose'],
        ...['account', 'name', 'bank'],
      ],
      // Without the effect id a repeated order would be paid again.
      uses: [['effectId'], ['amountMinor', 'amountMajor'], ['account']],
      answer: outcome,
    },
    status: { placeholders: ['effectId'], uses: [['effectId']], answer: outcome },
  },
} as const satisfies PortSpec;

/**
 * A paying system over HTTP, as a mapping file says. It gets the effect id as 32 hex digits, the same for every try
 * of a payment, and has to pay once for each.
 */
export const createHttpPaymentPort = (mapping: ReadyMapping, openPayee: OpenPayee): PaymentPort => {
  const ask = createHttpAdapter(paymentPortSpec, mapping);
  return {
    pay: async ({ tenant, effectId, amount: { amount, currency }, payee, purpose }) => {
      const paymentId = effectName(tenant, effectId);
      const answer = await ask('pay', {
        ...(await openPayee(tenant, payee)),
        ...(purpose === undefined ? {} : { purpose }),
        effectId: paymentId,
        amountMinor: amount,
        amountMajor: majorText(amount, currency),
        currency,
      });
      return paidOrFailed(paymentId, statusOf(answer, 'pay'));
    },
    status: async ({ tenant, effectId }) =>
      statusOf(await ask('status', { effectId: effectName(tenant, effectId) }), 'status'),
  };
};

const statusOf = (answer: z.infer<typeof outcome> | undefined, operation: string): PaymentStatus => {
  switch (answer?.outcome) {
    case undefined:
      return { outcome: 'unknown' };
    case 'pending':
      return { outcome: 'pending' };
    case 'rejected':
      return { outcome: 'rejected', rejection: answer.rejection ?? 'other' };
    case 'paid':
      if (answer.reference === undefined) {
        throw new PortFailure(
          { port: 'payment', operation },
          'PORT_ANSWER_INVALID',
          'paid without a reference',
        );
      }
      return { outcome: 'paid', reference: answer.reference };
  }
};
