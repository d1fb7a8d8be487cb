import { and, asc, eq, gt, isNull, lte, or, sql } from 'drizzle-orm';
import { instantAt } from '../../machines/kernel/instant.ts';
import type { JsonObject } from '../../machines/kernel/json.ts';
import { checkDelegation } from '../../machines/people/check-delegation.ts';
import { givenDelegations } from '../../machines/people/given-delegations.ts';
import type { Delegation } from '../../machines/people/organisation.ts';
import type { Db, Store } from '../open.ts';
import { perConnection } from '../prepared.ts';
import { decodeCursor, encodeCursor, type Page, pageOf, pageSize } from '../read/cursor.ts';
import { delegations } from '../schema/index.ts';
import { limitsIn } from './authority.ts';
import { knownIn } from './known-people.ts';
import { personIn } from './people.ts';
import { type ChangedBy, recordChange } from './people-history.ts';
import type { Saved } from './person-record.ts';

const delegationOf = ({ delegationId, tenant: _, ...rest }: typeof delegations.$inferSelect): Delegation => ({
  id: delegationId,
  ...rest,
});

const open = and(
  eq(delegations.tenant, sql.placeholder('tenant')),
  eq(delegations.status, 'active'),
  or(isNull(delegations.untilMs), gt(delegations.untilMs, sql.placeholder('nowMs'))),
);

const statements = perConnection((db) => ({
  toDelegate: db
    .select()
    .from(delegations)
    .where(and(open, eq(delegations.delegateId, sql.placeholder('delegateId'))))
    .prepare(),
  all: db.select().from(delegations).where(open).prepare(),
}));

/** What is lent to somebody, and neither revoked nor over. */
export const delegationsTo = (db: Db, tenant: string, delegateId: string, nowMs: number): Delegation[] =>
  statements(db).toDelegate.all({ tenant, delegateId, nowMs }).map(delegationOf);

/** Who stands in for somebody at an instant, the substitution given first at the head. */
export const substitutesOf = (db: Db, tenant: string, personId: string, nowMs: number): string[] =>
  db
    .select({ id: delegations.delegateId })
    .from(delegations)
    .where(
      and(
        eq(delegations.tenant, tenant),
        eq(delegations.personId, personId),
        eq(delegations.kind, 'substitution'),
        eq(delegations.status, 'active'),
        lte(delegations.fromMs, nowMs),
        or(isNull(delegations.untilMs), gt(delegations.untilMs, nowMs)),
      ),
    )
    .orderBy(asc(delegations.fromMs), asc(delegations.delegationId))
    .all()
    .map(({ id }) => id);

export const delegationIn = (db: Db, tenant: string, delegationId: string): Delegation | undefined => {
  const row = db
    .select()
    .from(delegations)
    .where(and(eq(delegations.tenant, tenant), eq(delegations.delegationId, delegationId)))
    .get();
  return row && delegationOf(row);
};

/** All of a tenant's, by person and start. */
export const allDelegationsIn = (db: Db, tenant: string): Delegation[] =>
  db
    .select()
    .from(delegations)
    .where(eq(delegations.tenant, tenant))
    .orderBy(asc(delegations.personId), asc(delegations.fromMs), asc(delegations.delegationId))
    .all()
    .map(delegationOf);

/** A delegation as history keeps it. */
export const delegationContent = (delegation: Delegation): JsonObject => {
  const { kind, personId, delegateId, status, fromMs, untilMs, roles, caseKinds, limits } = delegation;
  return {
    ...{ kind, personId, delegateId, status, roles, caseKinds },
    limits: limits?.map(({ amount, currency }) => ({ amount, currency })) ?? null,
    from: instantAt(fromMs),
    until: untilMs === null ? null : instantAt(untilMs),
  };
};

/** Writes a delegation that has been checked, with its trace. */
export const writeDelegation = (
  db: Db,
  tenant: string,
  delegation: Delegation,
  by: ChangedBy,
  change: 'added' | 'changed' | 'revoked',
): void => {
  const { id, ...row } = delegation;
  db.insert(delegations)
    .values({ tenant, delegationId: id, ...row })
    .onConflictDoUpdate({ target: [delegations.tenant, delegations.delegationId], set: row })
    .run();
  const content = delegationContent(delegation);
  const type = `${row.kind}.${change}`;
  recordChange(db, tenant, { type, subject: { kind: 'delegation', id }, content, detail: content }, by);
};

/** Gives somebody's work to another person, within the giver's own rights. The same again is no second one. */
export const addDelegation = (
  store: Store,
  tenant: string,
  delegation: Delegation,
  by: ChangedBy,
): Promise<Saved<Delegation>> =>
  store.write((db) => {
    const there = delegationIn(db, tenant, delegation.id);
    if (there) return { saved: there };
    const { id, roles = [] } = personIn(db, tenant, delegation.personId, by.atMs) ?? {
      id: delegation.personId,
    };
    const known = knownIn(db, tenant);
    const others = statements(db).all.all({ tenant, nowMs: by.atMs }).map(delegationOf);
    const faults = checkDelegation(delegation, {
      delegator: { id, roles, limits: limitsIn(db, tenant, id, roles) },
      given: givenDelegations(others, known),
      ...{ known, nowMs: by.atMs },
    });
    if (faults.length > 0) return { faults };
    writeDelegation(db, tenant, delegation, by, 'added');
    return { saved: delegation };
  });

/** Takes it back: from the next request on it gives nothing. */
export const revokeDelegation = (
  store: Store,
  tenant: string,
  delegationId: string,
  by: ChangedBy,
): Promise<Saved<Delegation>> =>
  store.write((db) => {
    const there = delegationIn(db, tenant, delegationId);
    if (!there) return { refused: 'missing' };
    const revoked: Delegation = { ...there, status: 'revoked' };
    if (there.status === 'active') writeDelegation(db, tenant, revoked, by, 'revoked');
    return { saved: revoked };
  });

export interface DelegationQuery {
  tenant: string;
  personId?: string | undefined;
  delegateId?: string | undefined;
  status?: Delegation['status'] | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** One page of delegations and substitutions by id. @throws CursorInvalid */
export const listDelegations = async (store: Store, query: DelegationQuery): Promise<Page<Delegation>> => {
  const { tenant, personId, delegateId, status, limit, cursor } = query;
  const [after = ''] = cursor === undefined ? [''] : decodeCursor('delegations', cursor, ['']);
  const size = pageSize(limit);
  const rows = await store.read((db) =>
    db
      .select()
      .from(delegations)
      .where(
        and(
          eq(delegations.tenant, tenant),
          gt(delegations.delegationId, String(after)),
          personId === undefined ? undefined : eq(delegations.personId, personId),
          delegateId === undefined ? undefined : eq(delegations.delegateId, delegateId),
          status === undefined ? undefined : eq(delegations.status, status),
        ),
      )
      .orderBy(asc(delegations.delegationId))
      .limit(size + 1)
      .all()
      .map(delegationOf),
  );
  return pageOf(rows, size, ({ id }) => encodeCursor('delegations', [id]));
};
