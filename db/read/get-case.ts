import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { Store } from '../open.ts';
import { perConnection } from '../prepared.ts';
import { cases, deadlines, entries, links, tasks } from '../schema/index.ts';
import { pageSize } from './cursor.ts';
import type { TaskRow } from './list-tasks.ts';

/** A case with its whole state. */
export type CaseRow = typeof cases.$inferSelect;
export type DeadlineRow = typeof deadlines.$inferSelect;
export type EntryRow = Omit<typeof entries.$inferSelect, 'restrictedTo'> & { restrictedTo: string[] | null };

const at = sql.placeholder;

const statements = perConnection((db) => ({
  one: db
    .select()
    .from(cases)
    .where(and(eq(cases.tenant, at('tenant')), eq(cases.caseId, at('caseId'))))
    .prepare(),
  byNumber: db
    .select()
    .from(cases)
    .where(and(eq(cases.tenant, at('tenant')), eq(cases.number, at('number'))))
    .prepare(),
  task: db
    .select()
    .from(tasks)
    .where(and(eq(tasks.tenant, at('tenant')), eq(tasks.taskId, at('taskId'))))
    .prepare(),
  tasks: db
    .select()
    .from(tasks)
    .where(and(eq(tasks.tenant, at('tenant')), eq(tasks.caseId, at('caseId'))))
    .orderBy(asc(tasks.openedAt))
    .prepare(),
  deadlines: db
    .select()
    .from(deadlines)
    .where(and(eq(deadlines.tenant, at('tenant')), eq(deadlines.caseId, at('caseId'))))
    .orderBy(asc(deadlines.name))
    .prepare(),
  entries: db
    .select()
    .from(entries)
    .where(
      and(
        eq(entries.tenant, at('tenant')),
        eq(entries.caseId, at('caseId')),
        gt(entries.seq, at('afterSeq')),
      ),
    )
    .orderBy(asc(entries.seq))
    .limit(at('limit'))
    .prepare(),
  linksTo: db
    .select({ rel: links.rel, caseId: links.caseId })
    .from(links)
    .where(and(eq(links.tenant, at('tenant')), eq(links.toCaseId, at('caseId'))))
    .orderBy(asc(links.rel), asc(links.caseId))
    .limit(1_000)
    .prepare(),
}));

interface CaseKey {
  tenant: string;
  caseId: string;
}

export const getCase = (store: Store, { tenant, caseId }: CaseKey): Promise<CaseRow | undefined> =>
  store.read((db) => statements(db).one.get({ tenant, caseId }));

export const getCaseByNumber = (
  store: Store,
  { tenant, number }: { tenant: string; number: string },
): Promise<CaseRow | undefined> => store.read((db) => statements(db).byNumber.get({ tenant, number }));

export const getTask = (
  store: Store,
  { tenant, taskId }: { tenant: string; taskId: string },
): Promise<TaskRow | undefined> => store.read((db) => statements(db).task.get({ tenant, taskId }));

/** All tasks the case has had, oldest first. */
export const tasksOf = (store: Store, { tenant, caseId }: CaseKey): Promise<TaskRow[]> =>
  store.read((db) => statements(db).tasks.all({ tenant, caseId }));

export const deadlinesOf = (store: Store, { tenant, caseId }: CaseKey): Promise<DeadlineRow[]> =>
  store.read((db) => statements(db).deadlines.all({ tenant, caseId }));

/** The cases that link to this one, at most 1,000. */
export const linksTo = (
  store: Store,
  { tenant, caseId }: CaseKey,
): Promise<{ rel: string; caseId: string }[]> =>
  store.read((db) => statements(db).linksTo.all({ tenant, caseId }));

/** The trail after `afterSeq` (default: from the start), oldest first; at most `limit` entries (≤ 200). */
export const entriesOf = (
  store: Store,
  { tenant, caseId, afterSeq = 0, limit }: CaseKey & { afterSeq?: number; limit?: number },
): Promise<EntryRow[]> =>
  store.read((db) =>
    statements(db)
      .entries.all({ tenant, caseId, afterSeq, limit: pageSize(limit) })
      .map(withRoles),
  );

export const withRoles = (row: typeof entries.$inferSelect): EntryRow => ({
  ...row,
  restrictedTo: row.restrictedTo === null ? null : (JSON.parse(row.restrictedTo) as string[]),
});
