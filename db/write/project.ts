import { and, eq, sql } from 'drizzle-orm';
import type { Effect } from '../../machines/kernel/effect.ts';
import type { Entry } from '../../machines/kernel/entry.ts';
import type { Policy } from '../../machines/kernel/policy/table.ts';
import type { CaseState } from '../../machines/kernel/state.ts';
import { isConflict, TrailDiverged } from '../failure.ts';
import type { Db, Store } from '../open.ts';
import { policyByHashIn } from '../own/policies.ts';
import { perConnection } from '../prepared.ts';
import { cases } from '../schema/index.ts';
import { writeSearch } from '../search/write-search.ts';
import { insertDeliveries } from './insert-deliveries.ts';
import { insertEntries } from './insert-entries.ts';
import { newEntries } from './new-entries.ts';
import { spreadExclusions } from './spread-exclusions.ts';
import { type StoredState, storedAhead } from './stored-ahead.ts';
import { tellSigners } from './tell-signers.ts';
import { writeCase } from './write-case.ts';
import { writeParts } from './write-parts.ts';
import { writeTasks } from './write-tasks.ts';

/** What steps of one case made since the last flush: the state after them, all their entries and effects. */
export interface Batch {
  tenant: string;
  caseId: string;
  state: CaseState;
  entries: Entry[];
  effects: Effect[];
  run?: RunNote;
}

/** Which run of the case's workflow stores, and what it has asked of the world that has not ended. */
export interface RunNote {
  id: string;
  effects: { effect: Effect; epoch: number; seq: number; headHash: string }[];
}

/** The last stored entry of the batch. */
export interface Projected {
  seq: number;
  headHash: string;
  /** Nothing was written: the same run stored this already, before its worker died. It goes on from here. */
  ahead?: StoredState;
  /** Beside `ahead`, where the stored case follows a table of the company's own: that table. */
  policy?: Policy;
}

const statements = perConnection((db) => ({
  stored: db
    .select({
      lastSeq: cases.lastSeq,
      headHash: cases.headHash,
      epoch: cases.epoch,
      department: cases.department,
      state: cases.state,
    })
    .from(cases)
    .where(and(eq(cases.tenant, sql.placeholder('tenant')), eq(cases.caseId, sql.placeholder('caseId'))))
    .prepare(),
}));

const projectIn = (db: Db, batch: Batch): Projected => {
  const { tenant, caseId, state } = batch;
  const stored = statements(db).stored.get({ tenant, caseId });
  const ahead = storedAhead(db, batch, stored);
  if (ahead) {
    const own = ahead.policy && { policy: policyByHashIn(db, tenant, ahead.policy.hash) };
    return { seq: state.seq, headHash: state.headHash, ahead, ...own };
  }
  const fresh = newEntries(db, batch, stored);
  if (fresh.length > 0) {
    insertEntries(db, batch, fresh);
    writeCase(db, batch.run ? { ...state, run: batch.run } : state, stored);
    writeTasks(db, state, stored?.state);
    writeParts(db, state, stored?.state);
    writeSearch(db, state, stored?.state);
    spreadExclusions(db, state, stored?.state);
    insertDeliveries(db, batch);
    tellSigners(db, state, stored?.state, fresh);
  }
  return { seq: state.seq, headHash: state.headHash };
};

/**
 * Writes a batch to the read model, the trail, the outbox and the log's waiting list in one transaction. Sent
 * again, it changes nothing and answers the same.
 * @throws TrailDiverged when it contradicts what is stored; StoreUnavailable when it could not be written in time.
 */
export const project = (store: Store, batch: Batch, options?: { untilMs?: number }): Promise<Projected> =>
  store.write((db) => {
    try {
      return projectIn(db, batch);
    } catch (error) {
      // The command is in the trail already, under another seq.
      if (isConflict(error)) throw new TrailDiverged('command', batch.caseId, batch.state.seq);
      throw error;
    }
  }, options);
