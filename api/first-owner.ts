import { directoryIn } from '../db/own/notifications-directory.ts';
import type { Facts } from '../machines/kernel/command.ts';
import type { RuntimeDefinition } from '../machines/kernel/definition.ts';
import { performer } from '../machines/kernel/run.ts';
import type { Services } from './services.ts';

/**
 * Who is answerable for a case from its first moment: whoever opens it, where its definition names no role or they
 * hold it; else one of those who do, by the case's id, so that cases spread evenly. Without any it is the opener.
 *
 * @param caseId hexadecimal
 */
export const firstOwner = async (
  { store, now }: Services,
  {
    tenant,
    caseId,
    definition,
    facts,
  }: { tenant: string; caseId: string; definition: RuntimeDefinition; facts: Facts },
): Promise<string> => {
  const opener = performer(facts);
  const { owner: role } = definition;
  if (role === undefined || opener.roles.includes(role)) {
    return opener.id;
  }
  const start = Number.parseInt(caseId.slice(0, 8), 16);
  return store.read((db) => {
    const { holders, person } = directoryIn(db, tenant, now());
    const ids = holders(role);
    const inTurn = ids.map((_, index) => ids[(start + index) % ids.length] as string);
    return inTurn.find((id) => person(id)?.away === false) ?? inTurn[0] ?? opener.id;
  });
};
