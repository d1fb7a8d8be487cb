import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { Db, Store } from '../open.ts';
import { perConnection } from '../prepared.ts';
import {
  personLogins,
  signInAccounts,
  signInSessions,
  signInUsers,
  signInVerifications,
} from '../schema/index.ts';
import { appendRecordIn } from './append-record.ts';
import { type Person, personIn } from './people.ts';
import type { ChangedBy } from './people-history.ts';
import { endSessionsIn } from './sessions.ts';

/** Issuers of our own: passwords and passkeys, and the demo people. Every other one is an identity provider's URL. */
export const localIssuer = 'local';
export const demoIssuer = 'demo';

/** An issuer's name for somebody. The pair alone tells who it is; an e-mail address never does. */
export interface Subject {
  issuer: string;
  subject: string;
}

export interface Login extends Subject {
  personId: string;
  createdAtMs: number;
}

/** Why somebody whose issuer vouches for them is let in all the same to nothing. */
export type LoginFault = 'LOGIN_UNKNOWN' | 'ACCOUNT_DISABLED';

const statements = perConnection((db) => ({
  bySubject: db
    .select()
    .from(personLogins)
    .where(
      and(
        eq(personLogins.issuer, sql.placeholder('issuer')),
        eq(personLogins.subject, sql.placeholder('subject')),
      ),
    )
    .prepare(),
}));

export const loginIn = (db: Db, login: Subject) =>
  statements(db).bySubject.get({ issuer: login.issuer, subject: login.subject });

/** Who an issuer's subject is here, as of now. */
export const personByLoginIn = (
  db: Db,
  login: Subject,
  nowMs: number,
): { person: Person } | { fault: LoginFault; personId?: string } => {
  const found = loginIn(db, login);
  const person = found && personIn(db, found.tenant, found.personId, nowMs);
  if (!person) return { fault: 'LOGIN_UNKNOWN' };
  return person.status === 'active' ? { person } : { fault: 'ACCOUNT_DISABLED', personId: person.id };
};

export const personByLogin = (store: Store, login: Subject, nowMs: number) =>
  store.read((db) => personByLoginIn(db, login, nowMs));

/** Whose account of the sign-in library this is: its own password's, or the one at the identity provider. */
export const personOfUser = (
  store: Store,
  userId: string,
  issuer: string,
  nowMs: number,
): Promise<{ person: Person; login: Subject } | { fault: LoginFault; personId?: string }> =>
  store.read((db) => {
    const account = db
      .select({ subject: signInAccounts.accountId })
      .from(signInAccounts)
      .where(eq(signInAccounts.userId, userId))
      .get();
    const login = { issuer, subject: issuer === localIssuer ? userId : (account?.subject ?? '') };
    const found = personByLoginIn(db, login, nowMs);
    return 'person' in found ? { ...found, login } : found;
  });

/** Ties a subject to the sign-in library's user, so that their sessions are the person's. */
export const tieUser = (store: Store, login: Subject, userId: string): Promise<void> =>
  store.write((db) => {
    db.update(personLogins)
      .set({ userId })
      .where(and(eq(personLogins.issuer, login.issuer), eq(personLogins.subject, login.subject)))
      .run();
  });

/** What a person signs in with. */
export const loginsOf = (store: Store, tenant: string, personId: string): Promise<Login[]> =>
  store.read((db) =>
    db
      .select({
        issuer: personLogins.issuer,
        subject: personLogins.subject,
        personId: personLogins.personId,
        createdAtMs: personLogins.createdAtMs,
      })
      .from(personLogins)
      .where(and(eq(personLogins.tenant, tenant), eq(personLogins.personId, personId)))
      .orderBy(asc(personLogins.issuer), asc(personLogins.subject))
      .all(),
  );

/** Lets a subject sign in as a person. `exists` where it is somebody already, `missing` where there is no such person. */
export const addLogin = (
  store: Store,
  tenant: string,
  login: Subject & { personId: string; userId?: string },
  by: ChangedBy,
): Promise<{ saved: Login } | { refused: 'exists' | 'missing' }> =>
  store.write((db) => addLoginIn(db, tenant, login, by));

export const addLoginIn = (
  db: Db,
  tenant: string,
  { issuer, subject, personId, userId }: Subject & { personId: string; userId?: string },
  by: ChangedBy,
): { saved: Login } | { refused: 'exists' | 'missing' } => {
  if (!personIn(db, tenant, personId, by.atMs)) return { refused: 'missing' };
  const there = loginIn(db, { issuer, subject });
  if (there) {
    const { createdAtMs } = there;
    const same = there.tenant === tenant && there.personId === personId;
    return same ? { saved: { issuer, subject, personId, createdAtMs } } : { refused: 'exists' };
  }
  const row = { tenant, issuer, subject, personId, userId: userId ?? null, createdAtMs: by.atMs };
  db.insert(personLogins).values(row).run();
  recordLogin(db, tenant, 'login.added', { issuer, personId }, by);
  return { saved: { issuer, subject, personId, createdAtMs: by.atMs } };
};

/** Takes all of a person's ways to sign in at an issuer away, and ends their sessions. Says how many there were. */
export const removeLogins = (
  store: Store,
  tenant: string,
  { personId, issuer }: { personId: string; issuer: string },
  by: ChangedBy,
): Promise<number> =>
  store.write((db) => {
    const mine = and(
      eq(personLogins.tenant, tenant),
      eq(personLogins.personId, personId),
      eq(personLogins.issuer, issuer),
    );
    endSessionsIn(db, tenant, personId);
    const removed = db.delete(personLogins).where(mine).returning().all();
    for (const { userId } of removed) {
      if (userId !== null) {
        db.delete(signInSessions).where(eq(signInSessions.userId, userId)).run();
        db.delete(signInUsers).where(eq(signInUsers.id, userId)).run();
      }
    }
    if (removed.length > 0) recordLogin(db, tenant, 'login.removed', { issuer, personId }, by);
    return removed.length;
  });

// The subject may be a name or an address at the provider: the log does not hold it.
const recordLogin = (
  db: Db,
  tenant: string,
  type: string,
  { issuer, personId }: { issuer: string; personId: string },
  { actorId, atMs, commandId }: ChangedBy,
): void => {
  appendRecordIn(db, tenant, {
    at: new Date(atMs).toISOString(),
    ...{ actorId, type, subject: { kind: 'person', id: personId }, detail: { issuer } },
    ...(commandId === undefined ? {} : { commandId }),
  });
};

/** Who has passed the first step, by the challenge that the browser carries; undefined where it is over. */
export const challenged = (
  store: Store,
  challenge: string,
  nowMs: number,
): Promise<{ userId: string; tenant: string; personId: string } | undefined> =>
  store.read((db) => {
    const row = db
      .select({ userId: personLogins.userId, tenant: personLogins.tenant, personId: personLogins.personId })
      .from(signInVerifications)
      .innerJoin(personLogins, eq(personLogins.userId, signInVerifications.value))
      .where(
        and(
          eq(signInVerifications.identifier, challenge),
          gt(signInVerifications.expiresAt, new Date(nowMs)),
        ),
      )
      .get();
    return row && row.userId !== null ? { ...row, userId: row.userId } : undefined;
  });

/** The sign-in library's user of a person who has a password; undefined where they have none. */
export const localUserOf = (store: Store, tenant: string, personId: string): Promise<string | undefined> =>
  store.read(
    (db) =>
      db
        .select({ userId: personLogins.userId })
        .from(personLogins)
        .where(
          and(
            eq(personLogins.tenant, tenant),
            eq(personLogins.personId, personId),
            eq(personLogins.issuer, localIssuer),
          ),
        )
        .get()?.userId ?? undefined,
  );
