import { ApplicationFailure } from '@temporalio/common';
import { z } from 'zod';
import type { Json } from '../machines/kernel/json.ts';
import type { CaseActivities, ServiceCall } from '../workflows/activity-contract.ts';
import type { Payments } from './ports/payment.ts';
import type { PolicyPort } from './ports/policy.ts';
import { createPolicySnapshotService } from './ports/policy-service.ts';
import { PortFailure } from './ports/port-failure.ts';
import type { SignedLetters } from './signed-letters.ts';

type Service = (call: ServiceCall) => Promise<Json>;

/** Services by the name that a definition calls them by. */
export type Services = { readonly [activity: string]: Service };

const sealed = z.strictObject({ ref: z.string(), commitment: z.string() });
const payment = z.object({
  amount: z.strictObject({ amount: z.int().positive(), currency: z.string().regex(/^[A-Z]{3}$/) }),
  payee: z.union([z.string().min(1), sealed, z.record(z.string(), z.union([z.string(), sealed]))]),
  purpose: z.string().max(100).optional(),
});
const letter = z.object({
  template: z.string().min(1),
  /** Default: the customer. */
  to: z
    .union([z.strictObject({ customer: z.literal(true) }), z.strictObject({ roles: z.array(z.string()) })])
    .default({ customer: true }),
});

/**
 * `payment.pay` {amount, payee, purpose?} → {paymentId} and what the paying system adds · `letter.send` {template,
 * to?} → {letterId} · where there is a policy system, `policy.snapshot` {policyNumber, lossOn} → see the policy service.
 */
export const createServices = (ports: {
  payments: Payments;
  letters: SignedLetters;
  policies?: PolicyPort;
}): Services => ({
  ...(ports.policies ? { 'policy.snapshot': createPolicySnapshotService(ports.policies) } : {}),
  'payment.pay': async ({ effectId, tenant, caseId, input }) =>
    ports.payments.pay({ effectId, tenant, caseId, ...read(payment, input) }),
  'letter.send': async ({ effectId, tenant, caseId, input }) =>
    ports.letters.send({ effectId, tenant, caseId, ...read(letter, input) }),
});

/**
 * Calls a service for a case. Safe to retry: every service knows an effect by its id.
 * @throws a failure whose type is a stable code and whose message quotes nothing; `SERVICE_UNKNOWN`,
 * `SERVICE_INPUT_INVALID` and what a port refuses are not retried
 */
export const createCallService =
  (services: Services): CaseActivities['callService'] =>
  async (call) => {
    const service = Object.hasOwn(services, call.activity) ? services[call.activity] : undefined;
    if (!service) {
      throw ApplicationFailure.nonRetryable('There is no such service.', 'SERVICE_UNKNOWN');
    }
    try {
      return await service(call);
    } catch (error) {
      throw asFailure(error);
    }
  };

const read = <T>(schema: z.ZodType<T>, input: Json): T => {
  const read = schema.safeParse(input);
  if (!read.success) {
    const where = read.error.issues.map(({ path }) => `/${path.join('/')}`).join(' ');
    throw ApplicationFailure.nonRetryable(`The input does not fit: ${where}`, 'SERVICE_INPUT_INVALID');
  }
  return read.data;
};

// What an adapter throws may quote what it was sent; only codes go into history.
const asFailure = (error: unknown): ApplicationFailure => {
  if (error instanceof ApplicationFailure) {
    return error;
  }
  if (error instanceof PortFailure) {
    const { message, code, retryable } = error;
    return ApplicationFailure.create({ message, type: code, nonRetryable: !retryable });
  }
  return ApplicationFailure.create({ message: 'The service failed.', type: 'SERVICE_FAILED' });
};
