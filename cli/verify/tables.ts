import type Database from 'better-sqlite3';
import type { EntryRow } from './entry-fault.ts';

/** A case as its row has it. */
export type CaseRow = {
  readonly number: string;
  readonly lastSeq: number;
  readonly epoch: number;
  readonly headHash: string;
  readonly definitionHash: string;
  readonly status: string;
  readonly owner: string | null;
  readonly receivedAt: string;
  /** JSON. */
  readonly states: string;
  /** JSON of a `CaseState`. */
  readonly state: string;
};

export type RecordRow = {
  readonly n: number;
  readonly at: string;
  readonly type: string;
  readonly actorId: string;
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly leaf: string;
  readonly hash: string;
};

/** A leaf's place in the tenant's log; null while it waits for one. */
export type LogRow = { readonly number: number; readonly hash: string; readonly index: number | null };

export type CaseKey = { readonly tenant: string; readonly caseId: string };

const logged = (kind: 'entry' | 'record', of: string): string => `
  select number, hash, "index" from log_leaves where tenant = ? and kind = '${kind}' and case_id = ${of}
  union all
  select number, hash, null from log_pending where tenant = ? and kind = '${kind}' and case_id = ${of}
  order by number`;

/** The reads of a verification: each walks one index and keeps at most one case's rows in memory. */
export const prepareReads = (sqlite: Database.Database) => ({
  tenants: sqlite.prepare<[], { tenant: string }>(
    `select tenant from cases union select tenant from entries union select tenant from records
     union select tenant from log_leaves order by tenant`,
  ),
  count: sqlite.prepare<[], { n: number }>(
    'select (select count(*) from entries) + (select count(*) from records) as n',
  ),
  caseIds: sqlite.prepare<[string, string], { caseId: string }>(
    `select case_id as caseId from cases where tenant = ?
     union select case_id from entries where tenant = ? order by 1`,
  ),
  findCase: sqlite.prepare<[string, string], { tenant: string; caseId: string }>(
    `select tenant, case_id as caseId from cases where case_id = ? or number = ? order by tenant`,
  ),
  case: sqlite.prepare<[string, string], CaseRow>(
    `select number, last_seq as lastSeq, epoch, head_hash as headHash, definition_hash as definitionHash, status,
       owner, received_at as receivedAt, states, state from cases where tenant = ? and case_id = ?`,
  ),
  entries: sqlite.prepare<[string, string], EntryRow>(
    `select tenant, case_id as caseId, seq, epoch, at, due, type, actor_id as actorId, command_id as commandId,
       leaf, hash, prev_hash as prevHash from entries where tenant = ? and case_id = ? order by seq`,
  ),
  records: sqlite.prepare<[string], RecordRow>(
    `select n, at, type, actor_id as actorId, subject_kind as subjectKind, subject_id as subjectId, leaf, hash
     from records where tenant = ? order by n`,
  ),
  loggedEntries: sqlite.prepare<[string, string, string, string], LogRow>(logged('entry', '?')),
  loggedRecords: sqlite.prepare<[string, string], LogRow>(logged('record', "''")),
  logExtent: sqlite.prepare<[string], { leaves: number; first: number | null; last: number | null }>(
    `select count(*) as leaves, min("index") as first, max("index") as last from log_leaves where tenant = ?`,
  ),
  /** A leaf of a case that has neither row nor entries; those of the others are checked with their case. */
  strayLeaf: sqlite.prepare<[string], { caseId: string }>(
    `select l.case_id as caseId from log_leaves l where l.tenant = ? and l.kind = 'entry'
       and not exists (select 1 from entries e where e.tenant = l.tenant and e.case_id = l.case_id and e.seq = l.number)
     limit 1`,
  ),
  waiting: sqlite.prepare<[string], { leaves: number }>(
    'select count(*) as leaves from log_pending where tenant = ?',
  ),
});

export type Reads = ReturnType<typeof prepareReads>;
