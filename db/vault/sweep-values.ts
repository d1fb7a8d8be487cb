import { and, asc, eq, lte, ne, sql } from 'drizzle-orm';
import type { Db } from '../open.ts';
import { entries, records, vaultSearch, vaultValues } from '../schema/index.ts';
import { decrypt } from './cipher.ts';
import { saltBytes } from './commitment.ts';
import { dataKeyOf, SubjectErased } from './data-key.ts';
import type { Vault } from './open-vault.ts';
import { searchHmac } from './search.ts';

/** Longer than a request's key is kept, after which its command cannot come again. */
const keptMs = 48 * 3_600_000;
/** Values that one transaction looks at. */
const batchMax = 50;

type Row = typeof vaultValues.$inferSelect;

/**
 * Destroys values that two days after they were sealed neither an entry of their case names nor a record about it, as a
 * refused command leaves them, and what they could be found by. Looks at no value twice once it is named.
 *
 * @returns how many values were looked at (0: none is left) and how many of them destroyed
 */
export const sweepValues = (vault: Vault, nowMs = Date.now()): Promise<{ looked: number; swept: number }> =>
  vault.store.write((db) => {
    const rows = db
      .select()
      .from(vaultValues)
      .where(lte(vaultValues.pendingSinceMs, nowMs - keptMs))
      .orderBy(asc(vaultValues.pendingSinceMs))
      .limit(batchMax)
      .all();
    let swept = 0;
    for (const row of rows) {
      if (isNamed(db, row)) {
        db.update(vaultValues).set({ pendingSinceMs: null }).where(ofRow(row)).run();
      } else {
        unlist(vault, db, row);
        db.delete(vaultValues).where(ofRow(row)).run();
        swept += 1;
      }
    }
    return { looked: rows.length, swept };
  });

const ofRow = ({ tenant, ref }: Row) => and(eq(vaultValues.tenant, tenant), eq(vaultValues.ref, ref));

/** A reference is random enough to stand nowhere by chance. */
const isNamed = (db: Db, { tenant, caseId, ref }: Row): boolean =>
  db
    .select({ seq: entries.seq })
    .from(entries)
    .where(
      and(eq(entries.tenant, tenant), eq(entries.caseId, caseId), sql`instr(${entries.leaf}, ${ref}) > 0`),
    )
    .limit(1)
    .get() !== undefined ||
  db
    .select({ n: records.n })
    .from(records)
    .where(
      and(
        eq(records.tenant, tenant),
        eq(records.subjectKind, 'case'),
        eq(records.subjectId, caseId),
        sql`instr(${records.leaf}, ${ref}) > 0`,
      ),
    )
    .limit(1)
    .get() !== undefined;

/** The case is not found by the value any more, unless the same field of it holds the same value elsewhere. */
const unlist = (vault: Vault, db: Db, row: Row): void => {
  const { tenant, caseId, field, subject, ref } = row;
  const hmac = hmacOf(vault, db, row);
  if (hmac === undefined) return;
  const others = db
    .select()
    .from(vaultValues)
    .where(
      and(
        eq(vaultValues.tenant, tenant),
        eq(vaultValues.caseId, caseId),
        eq(vaultValues.field, field),
        eq(vaultValues.subject, subject),
        ne(vaultValues.ref, ref),
      ),
    )
    .all();
  if (others.some((other) => hmacOf(vault, db, other) === hmac)) return;
  db.delete(vaultSearch)
    .where(
      and(
        eq(vaultSearch.tenant, tenant),
        eq(vaultSearch.hmac, hmac),
        eq(vaultSearch.field, field),
        eq(vaultSearch.caseId, caseId),
        eq(vaultSearch.subject, subject),
      ),
    )
    .run();
};

/** What a value would be found by; undefined where nothing can be found: erased, or neither text nor number. */
const hmacOf = (vault: Vault, db: Db, row: Row): string | undefined => {
  const { tenant, caseId, field, version, subject } = row;
  try {
    const plaintext = decrypt(dataKeyOf(vault, db, tenant, subject), row, [tenant, caseId, field, version]);
    const value: unknown = JSON.parse(plaintext.subarray(saltBytes).toString());
    return typeof value === 'string' || typeof value === 'number'
      ? searchHmac(vault, tenant, String(value))
      : undefined;
  } catch (error) {
    if (error instanceof SubjectErased) return undefined;
    throw error;
  }
};
