import { createHash, randomBytes } from 'node:crypto';
import { and, asc, eq, gt, inArray, sql } from 'drizzle-orm';
import type { JsonObject } from '../../machines/kernel/json.ts';
import type { Db, Store } from '../open.ts';
import { perConnection } from '../prepared.ts';
import { decodeCursor, encodeCursor, type Page, pageOf, pageSize } from '../read/cursor.ts';
import { roles as roleTable, serviceKeys } from '../schema/index.ts';
import { appendRecordIn } from './append-record.ts';
import { type Person, personIn } from './people.ts';
import type { ChangedBy } from './people-history.ts';

/** What a program may do, and until when. */
export interface NewServiceKey {
  name: string;
  roles: string[];
  /** Groups of routes with how they are used: `cases:read`, `tasks:write`. */
  scopes: string[];
  expiresAtMs: number;
}

export interface ServiceKey extends NewServiceKey {
  keyId: string;
  createdBy: string;
  createdAtMs: number;
  revokedAtMs: number | null;
}

export type ServiceFound =
  | { person: Person; keyId: string; scopes: string[] }
  | { refused: 'unknown' | 'expired' | 'revoked'; tenant?: string; keyId?: string };

const prefix = 'csk_';
const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');

/** The id with which a key acts; no id of a person may hold a colon. */
export const serviceId = (keyId: string): string => `service:${keyId}`;

const viewOf = ({ tenant: _, hash: __, humanId: ___, ...key }: typeof serviceKeys.$inferSelect): ServiceKey =>
  key;

const statements = perConnection((db) => ({
  byHash: db
    .select()
    .from(serviceKeys)
    .where(eq(serviceKeys.hash, sql.placeholder('hash')))
    .prepare(),
  byId: db
    .select()
    .from(serviceKeys)
    .where(
      and(eq(serviceKeys.tenant, sql.placeholder('tenant')), eq(serviceKeys.keyId, sql.placeholder('keyId'))),
    )
    .prepare(),
  ofHuman: db
    .select({ keyId: serviceKeys.keyId })
    .from(serviceKeys)
    .where(
      and(
        eq(serviceKeys.tenant, sql.placeholder('tenant')),
        eq(serviceKeys.humanId, sql.placeholder('humanId')),
      ),
    )
    .prepare(),
}));

/**
 * Makes a key. Its text is returned once; the store keeps its SHA-256 only. Roles that nobody knows are returned
 * instead.
 *
 * @param humanId the human being who makes it: for four eyes, what the key does they have done
 */
export const createServiceKey = (
  store: Store,
  tenant: string,
  wanted: NewServiceKey,
  by: ChangedBy & { humanId: string },
): Promise<{ key: string; saved: ServiceKey } | { unknownRoles: string[] }> => {
  const keyId = randomBytes(6).toString('hex');
  const key = `${prefix}${keyId}_${randomBytes(32).toString('base64url')}`;
  return store.write((db) => {
    const known = db
      .select({ id: roleTable.roleId })
      .from(roleTable)
      .where(and(eq(roleTable.tenant, tenant), inArray(roleTable.roleId, wanted.roles)))
      .all()
      .map(({ id }) => id);
    const unknownRoles = wanted.roles.filter((role) => !known.includes(role));
    if (unknownRoles.length > 0) return { unknownRoles };
    const { name, roles, scopes, expiresAtMs } = wanted;
    const made = { createdBy: by.actorId, createdAtMs: by.atMs, revokedAtMs: null };
    const row = { tenant, keyId, hash: hashOf(key), humanId: by.humanId };
    const saved = { keyId, name, roles, scopes, expiresAtMs, ...made };
    db.insert(serviceKeys)
      .values({ ...row, ...saved })
      .run();
    const expiresAt = new Date(expiresAtMs).toISOString();
    record(db, tenant, 'service-key.created', keyId, { roles, scopes, expiresAt }, by);
    return { key, saved };
  });
};

/** Who acts with a key now: a service, with the key's roles and nobody's departments. */
export const serviceByKey = (store: Store, key: string, nowMs: number): Promise<ServiceFound> =>
  store.read((db) => foundIn(db, statements(db).byHash.get({ hash: hashOf(key) }), nowMs));

/** The same for work that a key has asked for earlier, as the key holds now. */
export const serviceById = (
  store: Store,
  { tenant, keyId }: { tenant: string; keyId: string },
  nowMs: number,
): Promise<ServiceFound> =>
  store.read((db) => foundIn(db, statements(db).byId.get({ tenant, keyId }), nowMs));

const foundIn = (db: Db, row: typeof serviceKeys.$inferSelect | undefined, nowMs: number): ServiceFound => {
  if (!row) return { refused: 'unknown' };
  const { tenant, keyId, name, roles, scopes } = row;
  if (row.revokedAtMs !== null) return { refused: 'revoked', tenant, keyId };
  if (row.expiresAtMs <= nowMs) return { refused: 'expired', tenant, keyId };
  // Two accounts may have become one human being's since.
  const humanId = personIn(db, tenant, row.humanId, nowMs)?.humanId ?? row.humanId;
  const nothing = { departments: [], skills: [], authority: [] };
  const person: Person = {
    tenant,
    id: serviceId(keyId),
    name,
    status: 'active',
    roles,
    humanId,
    ...nothing,
  };
  return { person, keyId, scopes };
};

/** One page of the tenant's keys by id, also of those that hold no more. @throws CursorInvalid */
export const listServiceKeys = async (
  store: Store,
  { tenant, limit, cursor }: { tenant: string; limit?: number | undefined; cursor?: string | undefined },
): Promise<Page<ServiceKey>> => {
  const [after = ''] = cursor === undefined ? [''] : decodeCursor('service-keys', cursor, ['']);
  const size = pageSize(limit);
  const rows = await store.read((db) =>
    db
      .select()
      .from(serviceKeys)
      .where(and(eq(serviceKeys.tenant, tenant), gt(serviceKeys.keyId, String(after))))
      .orderBy(asc(serviceKeys.keyId))
      .limit(size + 1)
      .all(),
  );
  return pageOf(rows.map(viewOf), size, ({ keyId }) => encodeCursor('service-keys', [keyId]));
};

/** Takes a key back, from the next request on. Undefined where there is none; one that was taken back stays so. */
export const revokeServiceKey = (
  store: Store,
  tenant: string,
  keyId: string,
  by: ChangedBy,
): Promise<ServiceKey | undefined> =>
  store.write((db) => {
    const one = and(eq(serviceKeys.tenant, tenant), eq(serviceKeys.keyId, keyId));
    const row = db.select().from(serviceKeys).where(one).get();
    if (!row || row.revokedAtMs !== null) return row && viewOf(row);
    db.update(serviceKeys).set({ revokedAtMs: by.atMs }).where(one).run();
    record(db, tenant, 'service-key.revoked', keyId, {}, by);
    return viewOf({ ...row, revokedAtMs: by.atMs });
  });

/** With which ids the keys act, or acted, that a human being has made under any of these accounts. */
export const serviceIdsOf = (db: Db, tenant: string, accounts: string[]): string[] =>
  accounts.flatMap((humanId) =>
    statements(db)
      .ofHuman.all({ tenant, humanId })
      .map(({ keyId }) => serviceId(keyId)),
  );

const record = (
  db: Db,
  tenant: string,
  type: string,
  keyId: string,
  detail: JsonObject,
  { actorId, atMs, commandId }: ChangedBy,
): void => {
  const at = new Date(atMs).toISOString();
  appendRecordIn(db, tenant, {
    ...{ at, actorId, type, subject: { kind: 'service-key', id: keyId }, detail },
    ...(commandId === undefined ? {} : { commandId }),
  });
};
