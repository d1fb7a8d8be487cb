import { and, eq, inArray, isNotNull } from 'drizzle-orm';
import type { Db } from '../open.ts';
import { personLogins, signInPasskeys, signInTwoFactors } from '../schema/index.ts';

/** Who can sign in by one of these issuers, and who of them has set up a second factor here; by their ids. */
export const signInFactsIn = (
  db: Db,
  tenant: string,
  issuers: readonly string[],
): { canSignIn: Set<string>; hasSecondFactor: Set<string> } => {
  const mine = and(eq(personLogins.tenant, tenant), inArray(personLogins.issuer, [...issuers]));
  const logins = db
    .select({ personId: personLogins.personId, userId: personLogins.userId })
    .from(personLogins)
    .where(mine)
    .all();
  const users = new Set(
    [
      ...db
        .select({ id: signInTwoFactors.userId })
        .from(signInTwoFactors)
        .where(eq(signInTwoFactors.verified, true))
        .all(),
      ...db
        .select({ id: signInPasskeys.userId })
        .from(signInPasskeys)
        .where(isNotNull(signInPasskeys.userId))
        .all(),
    ].map(({ id }) => id),
  );
  return {
    canSignIn: new Set(logins.map(({ personId }) => personId)),
    hasSecondFactor: new Set(
      logins.flatMap(({ personId, userId }) => (userId !== null && users.has(userId) ? [personId] : [])),
    ),
  };
};
