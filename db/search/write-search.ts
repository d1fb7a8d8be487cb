import { isDeepStrictEqual } from 'node:util';
import { and, eq, max, sql } from 'drizzle-orm';
import type { CaseState } from '../../machines/kernel/state.ts';
import type { Db } from '../open.ts';
import { perConnection, slots } from '../prepared.ts';
import { runtimeOf } from '../runtime-of.ts';
import { searchRows } from '../schema/index.ts';
import { openTexts } from './open-texts.ts';
import { indexTerms } from './search-terms.ts';

const at = sql.placeholder;
const ofCase = and(eq(searchRows.tenant, at('tenant')), eq(searchRows.caseId, at('caseId')));

const statements = perConnection((db) => ({
  row: db.select().from(searchRows).where(ofCase).prepare(),
  last: db
    .select({ n: max(searchRows.n) })
    .from(searchRows)
    .prepare(),
  insert: db.insert(searchRows).values(slots(searchRows)).prepare(),
  settle: db.update(searchRows).set({ pending: false }).where(ofCase).prepare(),
}));

/** Puts what a case is found by into the full-text index, where its data changed. */
export const writeSearch = (db: Db, state: CaseState, before?: CaseState): void => {
  const { row, last, insert, settle } = statements(db);
  const { tenant, caseId } = state;
  if (before && isDeepStrictEqual(before.data, state.data)) return;
  const found = row.get({ tenant, caseId });
  const n = found?.n ?? (last.get()?.n ?? 0) + 1;
  if (found === undefined) insert.run({ tenant, caseId, n, pending: false });
  else if (found.pending) settle.run({ tenant, caseId });
  else db.run(sql`delete from case_search where rowid = ${n}`);
  db.run(sql`insert into case_search (rowid, terms) values (${n}, ${termsOf(db, state)})`);
};

// Of a definition that is not here nobody can say what of its cases is for all eyes.
const termsOf = (db: Db, { tenant, number, data, definition }: CaseState): string => {
  const runtime = runtimeOf(db, tenant, definition.hash);
  const texts = runtime ? openTexts(runtime.data, data, { $defs: runtime.$defs ?? {} }) : [];
  return indexTerms(tenant, [number, ...texts].join('\n'));
};
