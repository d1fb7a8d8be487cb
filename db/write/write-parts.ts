import { and, eq, sql } from 'drizzle-orm';
import type { CaseState } from '../../machines/kernel/state.ts';
import type { Db } from '../open.ts';
import { excluded, perConnection, slots } from '../prepared.ts';
import { deadlines, documents, links } from '../schema/index.ts';
import { changedKeys } from './changed-keys.ts';

const at = sql.placeholder;

const statements = perConnection((db) => ({
  upsertDeadline: db
    .insert(deadlines)
    .values(slots(deadlines))
    .onConflictDoUpdate({
      target: [deadlines.tenant, deadlines.caseId, deadlines.name],
      set: excluded(deadlines, ['tenant', 'caseId', 'name']),
    })
    .prepare(),
  deleteDeadline: db
    .delete(deadlines)
    .where(
      and(
        eq(deadlines.tenant, at('tenant')),
        eq(deadlines.caseId, at('caseId')),
        eq(deadlines.name, at('name')),
      ),
    )
    .prepare(),
  insertLink: db.insert(links).values(slots(links)).onConflictDoNothing().prepare(),
  deleteLink: db
    .delete(links)
    .where(
      and(
        eq(links.tenant, at('tenant')),
        eq(links.caseId, at('caseId')),
        eq(links.rel, at('rel')),
        eq(links.toCaseId, at('toCaseId')),
      ),
    )
    .prepare(),
  upsertDocument: db
    .insert(documents)
    .values(slots(documents))
    .onConflictDoUpdate({
      target: [documents.tenant, documents.caseId, documents.documentId],
      set: excluded(documents, ['tenant', 'caseId', 'documentId']),
    })
    .prepare(),
  deleteDocument: db
    .delete(documents)
    .where(
      and(
        eq(documents.tenant, at('tenant')),
        eq(documents.caseId, at('caseId')),
        eq(documents.documentId, at('documentId')),
      ),
    )
    .prepare(),
}));

const byKey = <T>(items: T[] | undefined, key: (item: T) => string): { [key: string]: T } =>
  Object.fromEntries((items ?? []).map((item) => [key(item), item]));

/** Writes the deadlines, links and documents that changed. */
export const writeParts = (db: Db, state: CaseState, before: CaseState | undefined): void => {
  const prepared = statements(db);
  const { tenant, caseId } = state;

  const clocks = changedKeys(before?.deadlines ?? {}, state.deadlines);
  for (const [name, detail] of clocks.written) {
    const { status, startedAt, dueAt, stoppedAt = null, breachedAt = null } = detail;
    prepared.upsertDeadline.run({
      tenant,
      caseId,
      name,
      status,
      startedAt,
      dueAt,
      stoppedAt,
      breachedAt,
      detail,
    });
  }
  for (const [name] of clocks.removed) prepared.deleteDeadline.run({ tenant, caseId, name });

  const linkKey = ({ rel, caseId: to }: { rel: string; caseId: string }) => JSON.stringify([rel, to]);
  const linked = changedKeys(byKey(before?.links, linkKey), byKey(state.links, linkKey));
  for (const [, link] of linked.written) {
    prepared.insertLink.run({ tenant, caseId, rel: link.rel, toCaseId: link.caseId });
  }
  for (const [, link] of linked.removed) {
    prepared.deleteLink.run({ tenant, caseId, rel: link.rel, toCaseId: link.caseId });
  }

  const papers = changedKeys(
    byKey(before?.documents, ({ id }) => id),
    byKey(state.documents, ({ id }) => id),
  );
  for (const [documentId, paper] of papers.written) {
    const { key, status, sha256 = null, sizeBytes = null, mediaType = null } = paper;
    prepared.upsertDocument.run({
      tenant,
      caseId,
      documentId,
      key,
      status,
      sha256,
      sizeBytes,
      mediaType,
      at: paper.at,
    });
  }
  for (const [documentId] of papers.removed) prepared.deleteDocument.run({ tenant, caseId, documentId });
};
