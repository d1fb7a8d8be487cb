import { ownPolicyIn } from '../db/own/policies.ts';
import { policyRef } from '../machines/kernel/policy/policy-ref.ts';
import { currentPolicy, type Policy } from '../machines/kernel/policy/table.ts';
import type { CommandParts } from './prepare-command.ts';
import { Refused } from './problem.ts';
import type { Services } from './services.ts';

/** What of a request names the table: the hash that its sender has read, and where it stands. */
interface NamedTable {
  hash: string;
  pointer: string;
}

/**
 * The table in force; null: the shipped one. No other can be named: an earlier one may allow what was taken away since.
 * @throws Refused `POLICY_UNKNOWN`
 */
export const tableInForce = async (
  { store }: Pick<Services, 'store'>,
  tenant: string,
  { hash, pointer }: NamedTable,
): Promise<Policy | null> => {
  const own = await store.read((db) => ownPolicyIn(db, tenant));
  const { hash: inForce } = own?.ref ?? policyRef(currentPolicy);
  if (hash !== inForce) {
    throw new Refused('POLICY_UNKNOWN', 'The table in force has another hash.', {
      errors: [{ pointer, message: 'is not that of the table in force' }],
    });
  }
  return own?.policy ?? null;
};

/** Puts a case under the table in force. */
export const adoptPolicyParts = (
  services: Pick<Services, 'store'>,
  tenant: string,
  named: NamedTable,
): Pick<CommandParts, 'command'> => ({
  command: async () => ({ type: 'adopt-policy', policy: await tableInForce(services, tenant, named) }),
});
