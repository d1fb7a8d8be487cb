import { eq, max, sql } from 'drizzle-orm';
import { canonicalJson } from '../../machines/kernel/canonical-json.ts';
import { leafBytesMax } from '../../machines/kernel/entry.ts';
import type { Json } from '../../machines/kernel/json.ts';
import { leafHash } from '../leaf-hash.ts';
import { pendLeaves } from '../log/pend-leaves.ts';
import type { Db, Store } from '../open.ts';
import { perConnection, slots } from '../prepared.ts';
import { records } from '../schema/index.ts';

/** A line of the tenant's log outside any case's trail. The list of fields is frozen, like an entry's. */
export interface RecordLeaf {
  v: 1;
  tenant: string;
  /** RFC 3339 UTC. */
  at: string;
  actorId: string;
  onBehalfOfId?: string;
  /** Past tense: `command.refused`, `document.read`, `person.signed-in`, `export.made`. */
  type: string;
  subject: { kind: string; id: string };
  commandId?: string;
  /** Never a personal value: those stand as references in it and as commitments below. */
  detail: Json;
  /** Sorted. */
  commitments: string[];
}

export type NewRecord = Omit<RecordLeaf, 'v' | 'tenant' | 'at' | 'commitments'> & {
  at?: string;
  commitments?: string[];
};

export interface AppendedRecord {
  n: number;
  hash: string;
}

/** The record's leaf would exceed what a proof bundle can hold. */
export class RecordTooLarge extends Error {
  readonly code = 'RECORD_TOO_LARGE';
  constructor(bytes: number) {
    super(`A record may have ${leafBytesMax} bytes, this one has ${bytes}`);
    this.name = 'RecordTooLarge';
  }
}

const statements = perConnection((db) => ({
  last: db
    .select({ n: max(records.n) })
    .from(records)
    .where(eq(records.tenant, sql.placeholder('tenant')))
    .prepare(),
  insert: db.insert(records).values(slots(records)).prepare(),
}));

/** For a transaction that writes the record's cause as well. */
export const appendRecordIn = (db: Db, tenant: string, record: NewRecord): AppendedRecord => {
  const { at = new Date().toISOString(), commitments = [], ...rest } = record;
  const leaf: RecordLeaf = { v: 1, tenant, at, ...rest, commitments: commitments.toSorted() };
  const text = canonicalJson(leaf as unknown as Json);
  const bytes = Buffer.byteLength(text);
  if (bytes > leafBytesMax) throw new RecordTooLarge(bytes);
  const hash = leafHash(text);
  const { last, insert } = statements(db);
  const n = (last.get({ tenant })?.n ?? 0) + 1;
  const { type, actorId, subject } = leaf;
  insert.run({
    tenant,
    n,
    at,
    type,
    actorId,
    subjectKind: subject.kind,
    subjectId: subject.id,
    leaf: text,
    hash,
  });
  pendLeaves(db, tenant, [{ kind: 'record', caseId: '', number: n, hash }]);
  return { n, hash };
};

/**
 * Records what is no part of a case's trail: a refusal, a read, a sign-in, an export, a change of rights.
 * @throws RecordTooLarge, StoreUnavailable
 */
export const appendRecord = (
  store: Store,
  tenant: string,
  record: NewRecord,
  options?: { untilMs?: number },
): Promise<AppendedRecord> => store.write((db) => appendRecordIn(db, tenant, record), options);
