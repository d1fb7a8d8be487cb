import { and, asc, eq, isNull, or, sql } from 'drizzle-orm';
import type { AuthorityLimit } from '../../machines/people/organisation.ts';
import type { Db } from '../open.ts';
import { perConnection } from '../prepared.ts';
import { authority } from '../schema/index.ts';

type AuthorityRow = typeof authority.$inferSelect;

const limitOf = (row: AuthorityRow): AuthorityLimit => ({
  holder: { kind: row.holderKind, id: row.holderId },
  caseKind: row.caseKind === '' ? null : row.caseKind,
  currency: row.currency,
  amount: row.amount,
  fromMs: row.fromMs === 0 ? null : row.fromMs,
  untilMs: row.untilMs,
});

const ofHolder = and(
  eq(authority.tenant, sql.placeholder('tenant')),
  eq(authority.holderKind, sql.placeholder('kind')),
  eq(authority.holderId, sql.placeholder('id')),
);

const statements = perConnection((db) => ({
  ofHolder: db.select().from(authority).where(ofHolder).prepare(),
}));

/** The limits of a person and of these roles, whenever they hold. */
export const limitsIn = (db: Db, tenant: string, personId: string, roles: string[]): AuthorityLimit[] => {
  const { ofHolder: find } = statements(db);
  return [
    ...find.all({ tenant, kind: 'person', id: personId }),
    ...roles.flatMap((id) => find.all({ tenant, kind: 'role', id })),
  ].map(limitOf);
};

/** The whole table, by holder, kind of case and currency. */
export const allLimitsIn = (db: Db, tenant: string): AuthorityLimit[] =>
  db
    .select()
    .from(authority)
    .where(eq(authority.tenant, tenant))
    .orderBy(
      asc(authority.holderKind),
      asc(authority.holderId),
      asc(authority.caseKind),
      asc(authority.currency),
      asc(authority.fromMs),
    )
    .all()
    .map(limitOf);

/** For a transaction that also records the change. A limit with the same start is replaced. */
export const writeLimit = (db: Db, tenant: string, limit: AuthorityLimit): void => {
  const { holder, caseKind, currency, amount, fromMs, untilMs } = limit;
  const key = { tenant, holderKind: holder.kind, holderId: holder.id, caseKind: caseKind ?? '', currency };
  db.insert(authority)
    .values({ ...key, fromMs: fromMs ?? 0, untilMs, amount })
    .onConflictDoUpdate({
      target: [
        authority.tenant,
        authority.holderKind,
        authority.holderId,
        authority.caseKind,
        authority.currency,
        authority.fromMs,
      ],
      set: { untilMs, amount },
    })
    .run();
};

/** For a transaction that also records the change: ends what holds now, and drops what was to hold later. */
export const endLimits = (
  db: Db,
  tenant: string,
  { holder, caseKind, currency }: Pick<AuthorityLimit, 'holder' | 'caseKind' | 'currency'>,
  atMs: number,
): void => {
  const same = and(
    eq(authority.tenant, tenant),
    eq(authority.holderKind, holder.kind),
    eq(authority.holderId, holder.id),
    eq(authority.caseKind, caseKind ?? ''),
    eq(authority.currency, currency),
  );
  db.delete(authority)
    .where(and(same, sql`${authority.fromMs} >= ${atMs}`))
    .run();
  db.update(authority)
    .set({ untilMs: atMs })
    .where(and(same, or(isNull(authority.untilMs), sql`${authority.untilMs} > ${atMs}`)))
    .run();
};
