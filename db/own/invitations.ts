import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { and, eq, gt } from 'drizzle-orm';
import type { Db, Store } from '../open.ts';
import { personLogins, signInAccounts, signInInvitations, signInUsers } from '../schema/index.ts';
import { appendRecordIn } from './append-record.ts';
import { addLoginIn, localIssuer } from './logins.ts';
import { personIn } from './people.ts';
import type { ChangedBy } from './people-history.ts';
import { endSessionsIn } from './sessions.ts';

const hashOf = (code: string): string => createHash('sha256').update(code).digest('hex');
const sameCase = (email: string): string => email.trim().toLowerCase();

/**
 * Invites a person to choose a password for an e-mail address; a new invitation voids the earlier ones. Undefined
 * where there is no such person who is active.
 *
 * @returns the code, once; the store keeps its SHA-256 only
 */
export const invite = (
  store: Store,
  tenant: string,
  { personId, email, ttlMs }: { personId: string; email: string; ttlMs: number },
  by: ChangedBy,
): Promise<string | undefined> => {
  const code = randomBytes(24).toString('base64url');
  return store.write((db) => {
    if (personIn(db, tenant, personId, by.atMs)?.status !== 'active') return undefined;
    db.delete(signInInvitations)
      .where(and(eq(signInInvitations.tenant, tenant), eq(signInInvitations.personId, personId)))
      .run();
    const row = { tenant, hash: hashOf(code), personId, email: sameCase(email) };
    db.insert(signInInvitations)
      .values({ ...row, expiresAtMs: by.atMs + ttlMs })
      .run();
    record(db, tenant, { type: 'login.invited', personId, ...by });
    return code;
  });
};

const invitationIn = (db: Db, code: string, nowMs: number) =>
  db
    .select()
    .from(signInInvitations)
    .where(and(eq(signInInvitations.hash, hashOf(code)), gt(signInInvitations.expiresAtMs, nowMs)))
    .get();

/** Whom a code invites; undefined where it is unknown, used or too old. */
export const invitationBy = (
  store: Store,
  code: string,
  nowMs: number,
): Promise<{ tenant: string; personId: string; email: string } | undefined> =>
  store.read((db) => {
    const found = invitationIn(db, code, nowMs);
    return found && { tenant: found.tenant, personId: found.personId, email: found.email };
  });

/**
 * Uses a code up: the person's account has this password from now on, and every session of theirs ends.
 *
 * @returns false where the code holds no more, or the address is somebody else's
 */
export const acceptInvitation = (
  store: Store,
  code: string,
  { passwordHash, nowMs }: { passwordHash: string; nowMs: number },
): Promise<boolean> =>
  store.write((db) => {
    const found = invitationIn(db, code, nowMs);
    const person = found && personIn(db, found.tenant, found.personId, nowMs);
    if (!found || person?.status !== 'active') return false;
    const { tenant, personId, email } = found;
    const mine = db
      .select({ userId: personLogins.userId })
      .from(personLogins)
      .where(
        and(
          eq(personLogins.tenant, tenant),
          eq(personLogins.personId, personId),
          eq(personLogins.issuer, localIssuer),
        ),
      )
      .get()?.userId;
    const holder = db.select().from(signInUsers).where(eq(signInUsers.email, email)).get();
    if (holder && holder.id !== mine) return false;
    db.delete(signInInvitations).where(eq(signInInvitations.hash, found.hash)).run();
    const at = new Date(nowMs);
    if (mine) {
      db.update(signInUsers).set({ email, updatedAt: at }).where(eq(signInUsers.id, mine)).run();
      db.update(signInAccounts)
        .set({ password: passwordHash, updatedAt: at })
        .where(eq(signInAccounts.userId, mine))
        .run();
      endSessionsIn(db, tenant, personId);
    } else {
      const userId = newUserIn(db, { name: personId, email, nowMs });
      const times = { createdAt: at, updatedAt: at };
      const account = { id: randomUUID(), accountId: userId, providerId: 'credential', userId };
      db.insert(signInAccounts)
        .values({ ...account, password: passwordHash, ...times })
        .run();
      addLoginIn(
        db,
        tenant,
        { issuer: localIssuer, subject: userId, personId, userId },
        { actorId: personId, atMs: nowMs },
      );
    }
    record(db, tenant, { type: 'login.password-chosen', personId, actorId: personId, atMs: nowMs });
    return true;
  });

/** A user of the sign-in library. Its `name` is the person's id: no second place holds their name. */
export const newUserIn = (
  db: Db,
  { name, email, nowMs }: { name: string; email: string; nowMs: number },
): string => {
  const id = randomUUID();
  const at = new Date(nowMs);
  db.insert(signInUsers)
    .values({ id, name, email, emailVerified: false, createdAt: at, updatedAt: at })
    .run();
  return id;
};

const record = (
  db: Db,
  tenant: string,
  { type, personId, actorId, atMs, commandId }: ChangedBy & { type: string; personId: string },
): void => {
  appendRecordIn(db, tenant, {
    at: new Date(atMs).toISOString(),
    ...{ actorId, type, subject: { kind: 'person', id: personId }, detail: {} },
    ...(commandId === undefined ? {} : { commandId }),
  });
};
