import { and, eq, gte, lt, sql } from 'drizzle-orm';
import { excludedFacet } from '../case-facets.ts';
import type { Db, Store } from '../open.ts';
import { accountsIn } from '../own/acting.ts';
import { type Person, personIn } from '../own/people.ts';
import { directSuperiorsIn } from '../own/reports-to.ts';
import { perConnection } from '../prepared.ts';
import { caseFacets } from '../schema/index.ts';

/** A superior's exclusion keeps their people out as well, but not compliance: somebody must be able to look. */
const independent = ['compliance'];

type Reader = Pick<Person, 'tenant' | 'id' | 'humanId' | 'roles' | 'superior' | 'departments'>;

/** The superiors whose exclusion from a case keeps this person out of it as well; those of their other accounts are theirs. */
export const keepingSuperiorsIn = (db: Db, reader: Reader): string[] => {
  if (reader.roles.some((role) => independent.includes(role))) {
    return [];
  }
  const others = accountsIn(db, reader).flatMap((id) => personIn(db, reader.tenant, id) ?? []);
  return [...new Set([reader, ...others].flatMap((account) => directSuperiorsIn(db, account)))];
};

/** Whose exclusion from a case keeps this person out of it: their own under any account, and their superiors'. */
const keysIn = (db: Db, reader: Reader): string[] => [
  reader.id,
  ...accountsIn(db, reader),
  ...keepingSuperiorsIn(db, reader),
];

const at = sql.placeholder;
const from = excludedFacet('');
const to = `${from}\u{10FFFF}`;

const statements = perConnection((db) => ({
  ofTenant: db
    .select({ facet: caseFacets.facet })
    .from(caseFacets)
    .where(
      and(eq(caseFacets.tenant, at('tenant')), gte(caseFacets.facet, at('from')), lt(caseFacets.facet, to)),
    )
    .orderBy(caseFacets.facet)
    .limit(1)
    .prepare(),
  ofCase: db
    .select({ facet: caseFacets.facet })
    .from(caseFacets)
    .where(
      and(
        eq(caseFacets.tenant, at('tenant')),
        eq(caseFacets.caseId, at('caseId')),
        gte(caseFacets.facet, from),
        lt(caseFacets.facet, to),
      ),
    )
    .prepare(),
}));

/**
 * The facets that put cases out of this reader's sight, if any case has one: for most people there is none, and their
 * lists cost nothing more.
 */
export const hidingFacets = (store: Store, reader: Reader): Promise<string[]> =>
  store.read((db) => {
    const { tenant } = reader;
    const { ofTenant } = statements(db);
    if (ofTenant.get({ tenant, from }) === undefined) return [];
    return [...new Set(keysIn(db, reader).map(excludedFacet))].filter(
      (facet) => ofTenant.get({ tenant, from: facet })?.facet === facet,
    );
  });

/** The facets that would put a case out of this reader's sight, whether any case has one or not. */
export const hidingFacetsIn = (db: Db, reader: Reader): string[] => [
  ...new Set(keysIn(db, reader).map(excludedFacet)),
];

/** Whether a case is out of a person's sight. */
export const isHiddenIn = (db: Db, reader: Reader, caseId: string): boolean => {
  const facets = statements(db).ofCase.all({ tenant: reader.tenant, caseId });
  if (facets.length === 0) return false;
  const keys = keysIn(db, reader).map(excludedFacet);
  return facets.some(({ facet }) => keys.includes(facet));
};

export const isHidden = (store: Store, reader: Reader, caseId: string): Promise<boolean> =>
  store.read((db) => isHiddenIn(db, reader, caseId));

/** Everybody who has no part in a case, or in one of the same matter, under every account. */
export const excludedFrom = (
  store: Store,
  { tenant, caseId }: { tenant: string; caseId: string },
): Promise<string[]> =>
  store.read((db) =>
    statements(db)
      .ofCase.all({ tenant, caseId })
      .map(({ facet }) => facet.slice(from.length)),
  );
