import { z } from 'zod';
import { openValues } from '../../db/vault/open-values.ts';
import type { Vault } from '../../db/vault/open-vault.ts';
import type { Json } from '../../machines/kernel/json.ts';
import type { OpenPayee, PayeeAccount } from './payment-port.ts';
import { PortFailure } from './port-failure.ts';

const sealed = z.strictObject({ ref: z.string(), commitment: z.string() });
const account = z.string().min(1).max(80);
const payeeAccount = z.strictObject({
  account,
  name: z.string().max(100).optional(),
  bank: z.string().max(120).optional(),
});

/** Opens a payee's sealed fields; a plain text is an id by which the paying system knows the payee itself. */
export const createOpenPayee =
  (vault: Vault): OpenPayee =>
  async (tenant, payee) => {
    const refs = fieldsOf(payee).flatMap((field) => sealed.safeParse(field).data?.ref ?? []);
    const opened = refs.length === 0 ? new Map() : await openValues(vault, tenant, refs);
    const clear = (field: Json): Json => {
      const ref = sealed.safeParse(field).data?.ref;
      if (ref === undefined) return field;
      const value = opened.get(ref);
      return value === undefined || 'erased' in value ? null : value.value;
    };
    return read(
      isPlain(payee)
        ? Object.fromEntries(Object.entries(payee).map(([key, field]) => [key, clear(field)]))
        : clear(payee),
    );
  };

const isPlain = (payee: Json): payee is { [key: string]: Json } =>
  typeof payee === 'object' && payee !== null && !Array.isArray(payee) && !sealed.safeParse(payee).success;

const fieldsOf = (payee: Json): Json[] => (isPlain(payee) ? Object.values(payee) : [payee]);

const read = (clear: Json): PayeeAccount => {
  const parsed = z.union([account.transform((id) => ({ account: id })), payeeAccount]).safeParse(clear);
  if (!parsed.success) {
    throw new PortFailure(
      { port: 'payment', operation: 'pay' },
      'PORT_INPUT_INVALID',
      'the payee has been erased or is incomplete',
    );
  }
  const { name, bank } = parsed.data as { name?: string | undefined; bank?: string | undefined };
  return {
    account: parsed.data.account,
    ...(name === undefined ? {} : { name }),
    ...(bank === undefined ? {} : { bank }),
  };
};
