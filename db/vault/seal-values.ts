import { randomBytes } from 'node:crypto';
import { and, eq, max, sql } from 'drizzle-orm';
import { canonicalJson } from '../../machines/kernel/canonical-json.ts';
import type { Json, Sealed } from '../../machines/kernel/json.ts';
import type { Db } from '../open.ts';
import { perConnection, slots } from '../prepared.ts';
import { vaultSearch, vaultValues } from '../schema/index.ts';
import { deriveKey, encrypt, hmacHex } from './cipher.ts';
import { commitmentOf, saltBytes } from './commitment.ts';
import { ensureDataKey } from './data-key.ts';
import type { Vault } from './open-vault.ts';
import { searchHmac } from './search.ts';

export interface PersonalValue {
  /** JSON pointer of the field, or what else names it: `reason`, `comment`, `document-name`. */
  field: string;
  value: Json;
  /** Findable by its exact value until the subject is erased; for texts and numbers. */
  searchable?: boolean;
}

export interface Sealing {
  tenant: string;
  subject: string;
  caseId: string;
  /** Sealed again for the same command, the same values give the same answer and are kept once. */
  commandId?: string;
  /** Default: the clock of this machine. */
  nowMs?: number;
}

/** Values of one call. */
const valuesMax = 500;

const statements = perConnection((db) => ({
  byRef: db
    .select({ commitment: vaultValues.commitment, pendingSinceMs: vaultValues.pendingSinceMs })
    .from(vaultValues)
    .where(
      and(eq(vaultValues.tenant, sql.placeholder('tenant')), eq(vaultValues.ref, sql.placeholder('ref'))),
    )
    .prepare(),
  lastVersion: db
    .select({ n: max(vaultValues.version) })
    .from(vaultValues)
    .where(
      and(
        eq(vaultValues.tenant, sql.placeholder('tenant')),
        eq(vaultValues.caseId, sql.placeholder('caseId')),
        eq(vaultValues.field, sql.placeholder('field')),
      ),
    )
    .prepare(),
  // What is sealed again belongs to a command that is on its way again.
  renew: db
    .update(vaultValues)
    .set({ pendingSinceMs: sql`${sql.placeholder('nowMs')}` })
    .where(
      and(eq(vaultValues.tenant, sql.placeholder('tenant')), eq(vaultValues.ref, sql.placeholder('ref'))),
    )
    .prepare(),
  insert: db.insert(vaultValues).values(slots(vaultValues)).prepare(),
}));

const sealOne = (
  vault: Vault,
  db: Db,
  key: Buffer,
  { tenant, subject, caseId, commandId, nowMs = Date.now() }: Sealing,
  { field, value, searchable }: PersonalValue,
): Sealed => {
  // The key of the reference goes with the subject's own: after erasure nobody can test guesses against it.
  const ref =
    commandId === undefined
      ? `pv_${randomBytes(16).toString('hex')}`
      : `pv_${hmacHex(deriveKey(key, ['ref']), canonicalJson([commandId, caseId, field, value])).slice(0, 32)}`;
  const { byRef, lastVersion, renew, insert } = statements(db);
  const found = byRef.get({ tenant, ref });
  if (found) {
    if (found.pendingSinceMs !== null) renew.run({ tenant, ref, nowMs });
    return { ref, commitment: found.commitment };
  }

  const last = lastVersion.get({ tenant, caseId, field });
  const version = (last?.n ?? 0) + 1;
  const salt = randomBytes(saltBytes);
  const plaintext = Buffer.concat([salt, Buffer.from(canonicalJson(value))]);
  const { nonce, ciphertext } = encrypt(key, plaintext, [tenant, caseId, field, version]);
  const commitment = commitmentOf(salt, value);
  const row = { tenant, ref, subject, caseId, field, version, nonce, ciphertext, commitment };
  insert.run({ ...row, pendingSinceMs: nowMs });
  if (searchable && (typeof value === 'string' || typeof value === 'number')) {
    db.insert(vaultSearch)
      .values({ tenant, hmac: searchHmac(vault, tenant, String(value)), field, caseId, subject })
      .onConflictDoNothing()
      .run();
  }
  return { ref, commitment };
};

/**
 * Takes personal values into the vault, all or none, and gives for each, in order, what stands for it elsewhere. What no
 * entry of the case and no record about it names within two days is destroyed again.
 * @throws SubjectErased, StoreUnavailable
 */
export const sealValues = (
  vault: Vault,
  sealing: Sealing,
  values: PersonalValue[],
  options?: { untilMs?: number },
): Promise<Sealed[]> => {
  if (values.length > valuesMax) throw new RangeError(`One call seals at most ${valuesMax} values`);
  return vault.store.write((db) => {
    const key = ensureDataKey(vault, db, sealing.tenant, sealing.subject);
    return values.map((value) => sealOne(vault, db, key, sealing, value));
  }, options);
};
