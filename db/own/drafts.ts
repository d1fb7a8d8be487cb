import { and, eq, sql } from 'drizzle-orm';
import type { JsonObject } from '../../machines/kernel/json.ts';
import { perConnection, slots } from '../prepared.ts';
import { drafts, tasks } from '../schema/index.ts';
import { decryptJsonIn, encryptJsonIn, type KeptPlace } from '../vault/kept-json.ts';
import type { Vault } from '../vault/open-vault.ts';

export interface DraftKey {
  tenant: string;
  taskId: string;
  personId: string;
}

export interface Draft {
  form: JsonObject;
  savedAtMs: number;
}

const at = sql.placeholder;
const ofKey = and(
  eq(drafts.tenant, at('tenant')),
  eq(drafts.taskId, at('taskId')),
  eq(drafts.personId, at('personId')),
);

const statements = perConnection((db) => ({
  one: db.select().from(drafts).where(ofKey).prepare(),
  drop: db.delete(drafts).where(ofKey).prepare(),
  isOpen: db
    .select({ one: sql`1` })
    .from(tasks)
    .where(and(eq(tasks.tenant, at('tenant')), eq(tasks.taskId, at('taskId')), eq(tasks.status, 'open')))
    .prepare(),
  put: db
    .insert(drafts)
    .values(slots(drafts))
    .onConflictDoUpdate({
      target: [drafts.tenant, drafts.taskId, drafts.personId],
      set: {
        nonce: sql`excluded.nonce`,
        ciphertext: sql`excluded.ciphertext`,
        savedAtMs: sql`excluded.saved_at_ms`,
      },
    })
    .prepare(),
}));

const placeOf = ({ tenant, taskId, personId }: DraftKey, subject: string): KeptPlace => ({
  tenant,
  subject,
  row: ['drafts', taskId, personId],
});

/**
 * Keeps what somebody has filled in so far, encrypted with the key of the case's subject, over what they kept before.
 * What ends the task deletes it in the same transaction (a trigger), and so does an erasure.
 *
 * @returns false where the task is not open: nothing is kept
 * @throws SubjectErased, StoreUnavailable
 */
export const saveDraft = (
  vault: Vault,
  key: DraftKey,
  { subject, form, savedAtMs }: Draft & { subject: string },
): Promise<boolean> =>
  vault.store.write((db) => {
    const { isOpen, put } = statements(db);
    if (isOpen.get({ tenant: key.tenant, taskId: key.taskId }) === undefined) return false;
    const { nonce, ciphertext } = encryptJsonIn(vault, db, placeOf(key, subject), form);
    put.run({ ...key, subject, nonce, ciphertext, savedAtMs });
    return true;
  });

/** Somebody's draft; undefined where there is none. */
export const readDraft = (vault: Vault, key: DraftKey): Promise<Draft | undefined> =>
  vault.store.read((db) => {
    const row = statements(db).one.get({ ...key });
    const form = row && decryptJsonIn(vault, db, placeOf(key, row.subject), row);
    return form === undefined ? undefined : { form: form as JsonObject, savedAtMs: row?.savedAtMs ?? 0 };
  });

/** Throws somebody's draft away, if there is one. */
export const dropDraft = ({ store }: Vault, key: DraftKey): Promise<void> =>
  store.write((db) => {
    statements(db).drop.run({ ...key });
  });
