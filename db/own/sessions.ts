import { randomBytes, randomUUID } from 'node:crypto';
import { and, eq, inArray, lte, sql } from 'drizzle-orm';
import { StoreUnavailable } from '../failure.ts';
import type { Db, Store } from '../open.ts';
import { perConnection } from '../prepared.ts';
import {
  personLogins,
  type SignInMethod,
  signInAttempts,
  signInInvitations,
  signInSessions,
  signInVerifications,
  usedCodes,
} from '../schema/index.ts';
import { appendRecordIn } from './append-record.ts';
import { type Person, personIn } from './people.ts';

export type { SignInMethod };

/** Somebody's signed-in browser. */
export interface Session {
  id: string;
  method: SignInMethod;
  startedAtMs: number;
}

/** How long a session lives: without a request, and in all. */
export interface SessionLimits {
  idleMs: number;
  absoluteMs: number;
}

export type SessionFound =
  | { person: Person; session: Session }
  /** `unknown`: also one whose sign-in is not done, or whose way of signing in counts no more. */
  | { ended: 'unknown' | 'idle' | 'expired' | 'disabled' };

/** The time of the last request is written no more often. */
const seenEveryMs = 60_000;
const noteWithinMs = 200;

const statements = perConnection((db) => ({
  byToken: db
    .select({ session: signInSessions, login: personLogins })
    .from(signInSessions)
    .innerJoin(personLogins, eq(personLogins.userId, signInSessions.userId))
    .where(eq(signInSessions.token, sql.placeholder('token')))
    .prepare(),
}));

/** Whose session this is now. One that has ended is deleted. @param issuers whose logins count */
export const personBySession = async (
  store: Store,
  token: string,
  { nowMs, idleMs, absoluteMs, issuers }: SessionLimits & { nowMs: number; issuers: readonly string[] },
): Promise<SessionFound> => {
  const { found, seenMs } = await store.read((db) => {
    const row = statements(db).byToken.get({ token });
    if (!row || row.session.method === null || !issuers.includes(row.login.issuer)) {
      return { found: { ended: 'unknown' } as const, seenMs: nowMs };
    }
    const { id, method, createdAt, lastSeenAtMs } = row.session;
    const startedAtMs = createdAt.getTime();
    const last = lastSeenAtMs ?? startedAtMs;
    const person = personIn(db, row.login.tenant, row.login.personId, nowMs);
    const ended = !person
      ? 'unknown'
      : person.status !== 'active'
        ? 'disabled'
        : nowMs >= startedAtMs + absoluteMs
          ? 'expired'
          : nowMs >= last + idleMs
            ? 'idle'
            : undefined;
    return person && ended === undefined
      ? { found: { person, session: { id, method, startedAtMs } }, seenMs: last }
      : { found: { ended: ended ?? 'unknown' } as const, seenMs: last };
  });
  if ('ended' in found && found.ended !== 'unknown') {
    await whenPossible(store, (db) => db.delete(signInSessions).where(eq(signInSessions.token, token)).run());
  } else if ('person' in found && nowMs - seenMs >= seenEveryMs) {
    await whenPossible(store, (db) =>
      db.update(signInSessions).set({ lastSeenAtMs: nowMs }).where(eq(signInSessions.token, token)).run(),
    );
  }
  return found;
};

/**
 * A locked database must not keep a reader waiting. What is not written now is judged the same by the next request, but
 * that a session seems to have been idle for longer.
 */
const whenPossible = async (store: Store, work: (db: Db) => unknown): Promise<void> => {
  try {
    await store.write(work, { untilMs: Date.now() + noteWithinMs });
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
  }
};

/** A sign-in whose last step has been proven. */
export interface ProvenSignIn {
  token: string;
  method: SignInMethod;
  /** The session that the browser had: it ends. */
  replaces?: string | undefined;
  /** HMAC of the one-time code, where one was given: it counts once. */
  codeHash?: string;
  nowMs: number;
}

/** A one-time code is right for its own time step and the one before and after. */
const codeKeptMs = 5 * 60_000;

/** Makes a session count, with its record. `CODE_USED`: somebody has signed in with this code; the session is gone. */
export const finishSignIn = (
  store: Store,
  { token, method, replaces, codeHash, nowMs }: ProvenSignIn,
): Promise<{ person: Person } | { refused: 'CODE_USED' | 'SESSION_UNKNOWN'; personId?: string }> =>
  store.write((db) => {
    const row = statements(db).byToken.get({ token });
    const person = row && personIn(db, row.login.tenant, row.login.personId, nowMs);
    if (!row || person?.status !== 'active') return { refused: 'SESSION_UNKNOWN' };
    const { tenant } = person;
    if (codeHash !== undefined && !takeCode(db, { tenant, hash: codeHash, untilMs: nowMs + codeKeptMs })) {
      db.delete(signInSessions).where(eq(signInSessions.token, token)).run();
      return { refused: 'CODE_USED', personId: person.id };
    }
    if (replaces !== undefined) {
      db.delete(signInSessions).where(eq(signInSessions.token, replaces)).run();
    }
    db.update(signInSessions)
      .set({ method, lastSeenAtMs: nowMs, createdAt: new Date(nowMs) })
      .where(eq(signInSessions.token, token))
      .run();
    recordSession(db, 'sign-in.succeeded', person, { id: row.session.id, method, nowMs });
    return { person };
  });

const takeCode = (db: Db, row: typeof usedCodes.$inferInsert): boolean =>
  db.insert(usedCodes).values(row).onConflictDoNothing().run().changes === 1;

/** A session that needs no proof, for a user that is there. */
export const openSessionIn = (db: Db, userId: string, untilMs: number, nowMs: number): string => {
  const token = randomBytes(24).toString('base64url');
  const at = new Date(nowMs);
  const times = { createdAt: at, updatedAt: at, expiresAt: new Date(untilMs) };
  db.insert(signInSessions)
    .values({ id: randomUUID(), token, userId, ...times })
    .run();
  return token;
};

/** Signs out. False where there was no such session. */
export const endSession = (store: Store, token: string, nowMs: number): Promise<boolean> =>
  store.write((db) => {
    const row = statements(db).byToken.get({ token });
    const person = row && personIn(db, row.login.tenant, row.login.personId, nowMs);
    db.delete(signInSessions).where(eq(signInSessions.token, token)).run();
    if (row?.session.method && person) {
      const { id, method } = row.session;
      recordSession(db, 'sign-out', person, { id, method, nowMs });
    }
    return row !== undefined;
  });

/** For the transaction that gives the reason: ends all sessions of a person. Says how many there were. */
export const endSessionsIn = (db: Db, tenant: string, personId: string, except = ''): number =>
  db
    .delete(signInSessions)
    .where(
      and(
        inArray(
          signInSessions.userId,
          db
            .select({ userId: sql<string>`${personLogins.userId}` })
            .from(personLogins)
            .where(and(eq(personLogins.tenant, tenant), eq(personLogins.personId, personId))),
        ),
        sql`${signInSessions.token} <> ${except}`,
      ),
    )
    .run().changes;

const recordSession = (
  db: Db,
  type: 'sign-in.succeeded' | 'sign-out',
  { tenant, id: actorId }: Person,
  { id, method, nowMs }: { id: string; method: SignInMethod; nowMs: number },
): void => {
  const at = new Date(nowMs).toISOString();
  appendRecordIn(db, tenant, { at, actorId, type, subject: { kind: 'session', id }, detail: { method } });
};

/** Deletes what is over: sessions, challenges, invitations, counts of tries and used codes. */
export const sweepSignIn = (store: Store, nowMs: number): Promise<void> =>
  store.write((db) => {
    db.delete(signInSessions)
      .where(lte(signInSessions.expiresAt, new Date(nowMs)))
      .run();
    db.delete(signInVerifications)
      .where(lte(signInVerifications.expiresAt, new Date(nowMs)))
      .run();
    db.delete(signInInvitations).where(lte(signInInvitations.expiresAtMs, nowMs)).run();
    db.delete(signInAttempts)
      .where(lte(signInAttempts.lastAtMs, nowMs - triesKeptMs))
      .run();
    db.delete(usedCodes).where(lte(usedCodes.untilMs, nowMs)).run();
  });

/** Failed tries are forgotten after a day without one. */
export const triesKeptMs = 86_400_000;
