import { createHash, randomBytes } from 'node:crypto';
import { and, eq, sql } from 'drizzle-orm';
import type { Store } from '../open.ts';
import { perConnection } from '../prepared.ts';
import { tokens } from '../schema/index.ts';
import { type Person, personIn } from './people.ts';

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Makes a bearer token for a person. It is returned once; the store keeps its hash only. */
export const issueToken = async (
  store: Store,
  {
    tenant,
    personId,
    ttlMs,
    nowMs = Date.now(),
  }: { tenant: string; personId: string; ttlMs: number; nowMs?: number },
): Promise<string> => {
  const token = `clt_${randomBytes(32).toString('base64url')}`;
  const row = { tenant, hash: hashOf(token), personId, createdAtMs: nowMs, expiresAtMs: nowMs + ttlMs };
  await store.write((db) => {
    db.insert(tokens).values(row).run();
  });
  return token;
};

const statements = perConnection((db) => ({
  byHash: db
    .select()
    .from(tokens)
    .where(eq(tokens.hash, sql.placeholder('hash')))
    .prepare(),
}));

/** The active person whose token this is; undefined where it is unknown or expired, or the person is disabled. */
export const personByToken = (store: Store, token: string, nowMs = Date.now()): Promise<Person | undefined> =>
  store.read((db) => {
    const found = statements(db).byHash.get({ hash: hashOf(token) });
    if (!found || found.expiresAtMs <= nowMs) return undefined;
    const person = personIn(db, found.tenant, found.personId, nowMs);
    return person?.status === 'active' ? person : undefined;
  });

/** Takes back all tokens of a person. */
export const revokeTokens = (store: Store, tenant: string, personId: string): Promise<number> =>
  store.write(
    (db) =>
      db
        .delete(tokens)
        .where(and(eq(tokens.tenant, tenant), eq(tokens.personId, personId)))
        .run().changes,
  );
