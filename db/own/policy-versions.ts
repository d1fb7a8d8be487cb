import { and, asc, eq, sql } from 'drizzle-orm';
import { policyRef } from '../../machines/kernel/policy/policy-ref.ts';
import { currentPolicy, type Policy, shippedPolicies } from '../../machines/kernel/policy/table.ts';
import type { PolicyRef } from '../../machines/kernel/state.ts';
import type { Store } from '../open.ts';
import { peopleHistory, records } from '../schema/index.ts';
import { settingIn } from './tenant-settings.ts';

/** A table and a time in which it was in force. One that was put in force twice is there twice. */
export interface PolicyPeriod extends PolicyRef {
  shipped: boolean;
  /** Epoch milliseconds; null: from the beginning. */
  fromMs: number | null;
  /** The first instant at which it was in force no more; null: it is. */
  untilMs: number | null;
  /** Who put it in force, and the number of the record of it; null: the shipped one, from the beginning. */
  actorId: string | null;
  recordN: number | null;
}

/** Which table was in force when, the first one first. */
export const policyPeriods = (store: Store, tenant: string): Promise<PolicyPeriod[]> =>
  store.read((db) => {
    const told = (field: string) => sql<string | null>`json_extract(${records.leaf}, ${`$.detail.${field}`})`;
    const changes = db
      .select({
        atMs: peopleHistory.atMs,
        actorId: peopleHistory.actorId,
        recordN: peopleHistory.recordN,
        ...{ id: told('id'), version: told('version'), hash: told('hash') },
      })
      .from(peopleHistory)
      .innerJoin(records, and(eq(records.tenant, peopleHistory.tenant), eq(records.n, peopleHistory.recordN)))
      .where(
        and(
          eq(peopleHistory.tenant, tenant),
          eq(peopleHistory.subjectKind, 'setting'),
          eq(peopleHistory.subjectId, 'policy'),
        ),
      )
      .orderBy(asc(peopleHistory.n))
      .all();
    const beginning = { atMs: null, actorId: null, recordN: null, id: null, version: null, hash: null };
    return [beginning, ...changes].map(({ id, version, hash, atMs, actorId, recordN }, index) => ({
      ...(id === null || version === null || hash === null
        ? policyRef(currentPolicy)
        : { id, version, hash }),
      ...{ shipped: hash === null, fromMs: atMs, untilMs: changes[index]?.atMs ?? null, actorId, recordN },
    }));
  });

/** A table by its hash: one that is shipped, or that the company has ever published. */
export const findPolicy = async (store: Store, tenant: string, hash: string): Promise<Policy | undefined> =>
  shippedPolicies.find((policy) => policyRef(policy).hash === hash) ??
  store.read((db) => settingIn(db, tenant, `policy:${hash}`));
