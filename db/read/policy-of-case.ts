import { and, eq, sql } from 'drizzle-orm';
import { currentPolicy, type Policy } from '../../machines/kernel/policy/table.ts';
import type { Db } from '../open.ts';
import { policyByHashIn, policyIn } from '../own/policies.ts';
import { perConnection } from '../prepared.ts';
import { cases } from '../schema/index.ts';

const statements = perConnection((db) => ({
  hash: db
    .select({ hash: sql<string | null>`json_extract(${cases.state}, '$.policy.hash')` })
    .from(cases)
    .where(and(eq(cases.tenant, sql.placeholder('tenant')), eq(cases.caseId, sql.placeholder('caseId'))))
    .prepare(),
}));

/** The table that decides in a case: the one that it follows. Without a case: the one in force. */
export const policyOfCaseIn = (db: Db, { tenant, caseId }: { tenant: string; caseId?: string }): Policy => {
  if (caseId === undefined) {
    return policyIn(db, tenant);
  }
  const { hash = null } = statements(db).hash.get({ tenant, caseId }) ?? {};
  return hash === null ? currentPolicy : policyByHashIn(db, tenant, hash);
};
