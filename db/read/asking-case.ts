import { and, eq, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import { approvalRel } from '../../machines/kernel/ask-approval.ts';
import type { Db, Store } from '../open.ts';
import { perConnection } from '../prepared.ts';
import { cases, links } from '../schema/index.ts';
import { type CaseRow, getCase } from './get-case.ts';

/** The case that an approval decides for; undefined for any other case. */
export const askingCaseOf = async (
  store: Store,
  { tenant, state }: Pick<CaseRow, 'tenant' | 'state'>,
): Promise<CaseRow | undefined> => {
  const link = state.signing && state.links.find(({ rel }) => rel === approvalRel);
  return link && getCase(store, { tenant, caseId: link.caseId });
};

/** The kind of case whose limits count: an approval decides another case's matter, so it is that one's. */
export const kindOfRights = (
  store: Store,
  row: Pick<CaseRow, 'tenant' | 'caseId' | 'kind' | 'state'>,
): Promise<string> =>
  row.state.signing === undefined
    ? Promise.resolve(row.kind)
    : store.read((db) => kindOfRightsIn(db, row) ?? row.kind);

const asking = alias(cases, 'asking');

const statements = perConnection((db) => ({
  kind: db
    .select({ kind: asking.kind })
    .from(cases)
    .innerJoin(
      links,
      and(eq(links.tenant, cases.tenant), eq(links.caseId, cases.caseId), eq(links.rel, approvalRel)),
    )
    .innerJoin(asking, and(eq(asking.tenant, links.tenant), eq(asking.caseId, links.toCaseId)))
    .where(
      and(
        eq(cases.tenant, sql.placeholder('tenant')),
        eq(cases.caseId, sql.placeholder('caseId')),
        sql`json_extract(${cases.state}, '$.signing') is not null`,
      ),
    )
    .limit(1)
    .prepare(),
}));

/** The kind of the case that an approval decides for; undefined for any other case. */
export const kindOfRightsIn = (
  db: Db,
  { tenant, caseId }: Pick<CaseRow, 'tenant' | 'caseId'>,
): string | undefined => statements(db).kind.get({ tenant, caseId })?.kind;

/** The approval that was asked for last under the same name, where it is another than this one. */
export const askedSince = async (
  store: Store,
  row: Pick<CaseRow, 'tenant' | 'caseId' | 'state'>,
): Promise<string | undefined> => {
  const parent = await askingCaseOf(store, row);
  const nameOf = ({ data }: CaseRow['state']): unknown =>
    (data.request as { approval?: string } | undefined)?.approval;
  for (const { rel, caseId } of parent?.state.links.toReversed() ?? []) {
    if (rel !== approvalRel) continue;
    if (caseId === row.caseId) return undefined;
    const other = await getCase(store, { tenant: row.tenant, caseId });
    if (other && nameOf(other.state) === nameOf(row.state)) return caseId;
  }
  return undefined;
};
