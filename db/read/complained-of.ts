import type { ComplainedOf } from '../../machines/kernel/policy/complained-of.ts';
import type { CaseState, Link } from '../../machines/kernel/state.ts';
import type { Db, Store } from '../open.ts';
import { accountsIn } from '../own/acting.ts';
import { personIn } from '../own/people.ts';
import { serviceId } from '../own/service-keys.ts';
import { type CaseRow, getCase } from './get-case.ts';

/** Kinds of case whose handling a complaint may be about. */
const handledKinds = ['claim', 'exposure'];

/**
 * Who worked on the claims that a case is linked with, their exposures included: owners, everybody who did a step, and
 * whose right was used for one. Each with their other accounts; neither the engine nor other cases are among them.
 */
export const complainedOf = async (
  store: Store,
  { tenant, links }: Pick<CaseState, 'tenant' | 'links'>,
): Promise<ComplainedOf[]> => {
  const isPart = ({ rel }: Link): boolean => rel === 'part-of';
  const linked = await rowsOf(
    store,
    tenant,
    links.filter((link) => !isPart(link)),
  );
  const handled = linked.filter(({ kind }) => handledKinds.includes(kind));
  const parts = await rowsOf(
    store,
    tenant,
    handled.flatMap(({ state }) => state.links.filter(isPart)),
  );
  const ids = [...handled, ...parts]
    .filter(({ kind }) => handledKinds.includes(kind))
    .flatMap(({ owner, state: { acted } }) => [...(owner ? [owner] : []), ...Object.values(acted).flat()]);
  return ids.length === 0
    ? []
    : store.read((db) => [...new Set(ids)].flatMap((id) => humanIn(db, tenant, id)));
};

const rowsOf = async (store: Store, tenant: string, links: Link[]): Promise<CaseRow[]> => {
  const caseIds = [...new Set(links.map(({ caseId }) => caseId))];
  const rows = await Promise.all(caseIds.map((caseId) => getCase(store, { tenant, caseId })));
  return rows.filter((row) => row !== undefined);
};

const humanIn = (db: Db, tenant: string, id: string): ComplainedOf[] => {
  const person = personIn(db, tenant, id);
  if (person === undefined) {
    return id.startsWith(serviceId('')) ? [{ id }] : [];
  }
  const accounts = accountsIn(db, person);
  return [{ id, ...(accounts.length === 0 ? {} : { sameAs: accounts.toSorted() }) }];
};
