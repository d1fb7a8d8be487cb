import { directoryIn } from '../db/own/notifications-directory.ts';
import { personIn } from '../db/own/people.ts';
import { keepingSuperiorsIn } from '../db/read/out-of-sight.ts';
import type { Facts } from '../machines/kernel/command.ts';
import type { RuntimeDefinition } from '../machines/kernel/definition.ts';
import { complainedOfIn } from '../machines/kernel/policy/complained-of.ts';
import { performer } from '../machines/kernel/run.ts';
import type { Services } from './services.ts';

/**
 * Who is answerable for a case from its first moment: whoever opens it, where its definition names no role or they
 * hold it; else one of those who do, by the case's id, so that cases spread evenly. Without any it is the opener. Whom the
 * case complains of, and who reports to them, is passed over.
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
  const concerned = new Set(complainedOfIn(facts).flatMap(({ id, sameAs = [] }) => [id, ...sameAs]));
  const holdsIt = role === undefined || opener.roles.includes(role);
  if (holdsIt && concerned.size === 0) {
    return opener.id;
  }
  const start = Number.parseInt(caseId.slice(0, 8), 16);
  return store.read((db) => {
    const { holders, person } = directoryIn(db, tenant, now());
    const isFree = (id: string): boolean => {
      const one = concerned.size === 0 ? undefined : personIn(db, tenant, id);
      return ![id, ...(one ? keepingSuperiorsIn(db, one) : [])].some((each) => concerned.has(each));
    };
    if (holdsIt && isFree(opener.id)) {
      return opener.id;
    }
    const ids = role === undefined ? [] : holders(role).filter(isFree);
    const inTurn = ids.map((_, index) => ids[(start + index) % ids.length] as string);
    return inTurn.find((id) => person(id)?.away === false) ?? inTurn[0] ?? opener.id;
  });
};
