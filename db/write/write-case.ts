import { lt, lte, sql } from 'drizzle-orm';
import { tightestDueAt } from '../../machines/kernel/due.ts';
import type { CaseState } from '../../machines/kernel/state.ts';
import { facetsOf } from '../case-facets.ts';
import { dueSort } from '../due-sort.ts';
import { TrailDiverged } from '../failure.ts';
import type { Db } from '../open.ts';
import { excluded, perConnection, slots } from '../prepared.ts';
import { caseFacets, cases } from '../schema/index.ts';
import type { StoredState } from './stored-ahead.ts';

const statements = perConnection((db) => ({
  upsert: db
    .insert(cases)
    .values(slots(cases))
    .onConflictDoUpdate({
      target: [cases.tenant, cases.caseId],
      set: excluded(cases, ['tenant', 'caseId']),
      setWhere: sql`${lt(cases.lastSeq, sql`excluded."last_seq"`)} and ${lte(cases.epoch, sql`excluded."epoch"`)}`,
    })
    .prepare(),
  insertFacet: db
    .insert(caseFacets)
    .values(slots(caseFacets))
    .onConflictDoUpdate({
      target: [caseFacets.tenant, caseFacets.caseId, caseFacets.facet],
      set: excluded(caseFacets, ['tenant', 'caseId', 'facet']),
    })
    .prepare(),
  deleteFacet: db
    .delete(caseFacets)
    .where(
      sql`${caseFacets.tenant} = ${sql.placeholder('tenant')} and ${caseFacets.caseId} = ${sql.placeholder('caseId')} and ${caseFacets.facet} = ${sql.placeholder('facet')}`,
    )
    .prepare(),
}));

const latestDepartment = (state: CaseState): string | undefined =>
  Object.values(state.tasks)
    .filter(({ department }) => department !== undefined)
    .sort((a, b) => (a.openedAt < b.openedAt ? -1 : 1))
    .at(-1)?.department;

/** Writes the case's own row and what it is listed by; guarded by seq and epoch. */
export const writeCase = (
  db: Db,
  state: StoredState,
  stored: { state: CaseState; department: string | null } | undefined,
): void => {
  const { upsert, insertFacet, deleteFacet } = statements(db);
  const { tenant, caseId, definition, machine, openedAt } = state;
  const dueAt = tightestDueAt(state);
  const { changes } = upsert.run({
    tenant,
    caseId,
    number: state.number,
    kind: state.kind,
    definitionId: definition.id,
    definitionVersion: definition.version,
    definitionHash: definition.hash,
    profile: state.profile ?? null,
    mode: state.mode ?? null,
    status: state.status,
    states: machine.states,
    state,
    lastSeq: state.seq,
    rev: state.rev,
    epoch: state.epoch,
    headHash: state.headHash,
    owner: state.owner,
    department: latestDepartment(state) ?? stored?.department ?? null,
    receivedAt: state.receivedAt,
    openedAt,
    updatedAt: state.clockAt,
    closedAt: state.closedAt ?? null,
    dueAt,
    dueSort: dueSort(dueAt),
    breached: Object.values(state.deadlines).filter(({ breachedAt }) => breachedAt !== undefined).length,
    incident: state.incidents.filter(({ status }) => status === 'open').length,
  });
  if (changes === 0) throw new TrailDiverged('epoch', caseId, state.seq);

  const before = stored?.state;
  const held = before ? facetsOf(before) : new Set<string>();
  const holds = facetsOf(state);
  const moved = before !== undefined && tightestDueAt(before) !== dueAt;
  for (const facet of held) {
    if (!holds.has(facet)) deleteFacet.run({ tenant, caseId, facet });
  }
  for (const facet of holds) {
    if (moved || !held.has(facet))
      insertFacet.run({ tenant, caseId, facet, openedAt, dueSort: dueSort(dueAt) });
  }
};
