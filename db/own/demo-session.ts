import type { Store } from '../open.ts';
import { personLogins } from '../schema/index.ts';
import { newUserIn } from './invitations.ts';
import { demoIssuer, loginIn } from './logins.ts';
import { personIn } from './people.ts';
import { openSessionIn } from './sessions.ts';

/**
 * A session for a demo person, without any proof: for the embedded default only. Undefined where nobody active has
 * this id. It counts once `finishSignIn` has recorded it.
 */
export const openDemoSession = (
  store: Store,
  tenant: string,
  { personId, untilMs, nowMs }: { personId: string; untilMs: number; nowMs: number },
): Promise<string | undefined> =>
  store.write((db) => {
    if (personIn(db, tenant, personId, nowMs)?.status !== 'active') return undefined;
    const subject = JSON.stringify([tenant, personId]);
    const login = { issuer: demoIssuer, subject };
    const there = loginIn(db, login)?.userId;
    if (there) return openSessionIn(db, there, untilMs, nowMs);
    // `.invalid` is nobody's domain, so no password can ever be asked for it.
    const userId = newUserIn(db, {
      name: personId,
      email: `${encodeURIComponent(subject)}@demo.invalid`,
      nowMs,
    });
    db.insert(personLogins)
      .values({ tenant, ...login, personId, userId, createdAtMs: nowMs })
      .onConflictDoUpdate({
        target: [personLogins.tenant, personLogins.issuer, personLogins.subject],
        set: { userId },
      })
      .run();
    return openSessionIn(db, userId, untilMs, nowMs);
  });
