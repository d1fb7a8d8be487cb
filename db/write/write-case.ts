import { lt, lte, sql } from 'drizzle-orm';
import { tightestDueAt } from '../../machines/kernel/due.ts';
import type { CaseState } from '../../machines/kernel/state.ts';
import { dueSort } from '../due-sort.ts';
import { TrailDiverged } from '../failure.ts';
import type { Db } from '../open.ts';
import { excluded, perConnection, slots } from '../prepared.ts';
import { caseStates, cases } from '../schema/index.ts';

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
  insertState: db
    .insert(caseStates)
    .values(slots(caseStates))
    .onConflictDoUpdate({
      target: [caseStates.tenant, caseStates.caseId, caseStates.state],
      set: excluded(caseStates, ['tenant', 'caseId', 'state']),
    })
    .prepare(),
  deleteState: db
    .delete(caseStates)
    .where(
      sql`${caseStates.tenant} = ${sql.placeholder('tenant')} and ${caseStates.caseId} = ${sql.placeholder('caseId')} and ${caseStates.state} = ${sql.placeholder('state')}`,
    )
    .prepare(),
}));

const latestDepartment = (state: CaseState): string | undefined =>
  Object.values(state.tasks)
    .filter(({ department }) => department !== undefined)
    .sort((a, b) => (a.openedAt < b.openedAt ? -1 : 1))
    .at(-1)?.department;

/** Writes the case's own row and its active states; guarded by seq and epoch. */
export const writeCase = (
  db: Db,
  state: CaseState,
  stored: { state: CaseState; department: string | null } | undefined,
): void => {
  const { upsert, insertState, deleteState } = statements(db);
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
  const moved = before === undefined || tightestDueAt(before) !== dueAt;
  for (const id of before?.machine.states ?? []) {
    if (!machine.states.includes(id)) deleteState.run({ tenant, caseId, state: id });
  }
  for (const id of machine.states) {
    if (moved || !before.machine.states.includes(id)) {
      insertState.run({ tenant, caseId, state: id, openedAt, dueSort: dueSort(dueAt) });
    }
  }
};
