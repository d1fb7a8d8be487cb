import { join } from 'node:path';
import { createPaymentPort, createPolicyPort } from '../../activities/ports/create-ports.ts';
import { createOpenPayee } from '../../activities/ports/open-payee.ts';
import type { Payments } from '../../activities/ports/payment.ts';
import type { PolicyPort } from '../../activities/ports/policy.ts';
import type { Store } from '../../db/open.ts';
import { openVault } from '../../db/vault/open-vault.ts';

/**
 * The systems that a worker asks: by the mapping files that CASELOOM_POLICY_MAPPING and CASELOOM_PAYMENT_MAPPING name;
 * else made-up policies, and a bank in this process that keeps its books in the state folder.
 *
 * @throws MappingError
 */
export const portsFrom = async (
  env: NodeJS.ProcessEnv,
  { home, store }: { home: string; store: Store },
): Promise<{ payments: Payments; policies: PolicyPort }> => {
  const vault = await openVault(store, { home });
  const mapped = (mappingFile: string) => ({ mappingFile, env });
  return {
    payments: createPaymentPort(
      env.CASELOOM_PAYMENT_MAPPING
        ? mapped(env.CASELOOM_PAYMENT_MAPPING)
        : { booksFile: join(home, 'payments.jsonl') },
      createOpenPayee(vault),
    ),
    policies: createPolicyPort(
      env.CASELOOM_POLICY_MAPPING ? mapped(env.CASELOOM_POLICY_MAPPING) : { generated: {} },
    ),
  };
};
