import { and, eq } from 'drizzle-orm';
import { canonicalJson } from '../../machines/kernel/canonical-json.ts';
import type { Json } from '../../machines/kernel/json.ts';
import { policyRef } from '../../machines/kernel/policy/policy-ref.ts';
import { currentPolicy, type Policy } from '../../machines/kernel/policy/table.ts';
import type { PolicyRef } from '../../machines/kernel/state.ts';
import type { Db, Store } from '../open.ts';
import { tenantSettings } from '../schema/index.ts';
import { type ChangedBy, contentsIn, recordChange } from './people-history.ts';
import { settingIn } from './tenant-settings.ts';

/** A company's own table of who may do what, as it was published. */
export interface OwnPolicy {
  ref: PolicyRef;
  policy: Policy;
}

/** The company's own table that is in force; undefined where the shipped one is. */
export const ownPolicyIn = (db: Db, tenant: string): OwnPolicy | undefined => {
  const ref = settingIn(db, tenant, 'policy');
  return ref && { ref, policy: policyByHashIn(db, tenant, ref.hash) };
};

/** What decides outside of cases from now on: the company's own table, else the shipped one. */
export const policyIn = (db: Db, tenant: string): Policy => ownPolicyIn(db, tenant)?.policy ?? currentPolicy;

/**
 * A table that the company has published, in force or not: cases keep theirs for ever.
 * @throws where it is gone
 */
export const policyByHashIn = (db: Db, tenant: string, hash: string): Policy => {
  const policy = settingIn(db, tenant, `policy:${hash}`);
  if (!policy) {
    throw new Error(`The policy table ${hash} is not in the store`);
  }
  return policy;
};

/** @throws where it is gone */
export const policyByHash = (store: Store, tenant: string, hash: string): Promise<Policy> =>
  store.read((db) => policyByHashIn(db, tenant, hash));

/**
 * Puts a company's own table in force, or with `null` the shipped one again. Each that was published stays, with a
 * trace and a record that names its hash.
 *
 * @returns `VERSION_TAKEN` where another content has that version already: a version never changes
 */
export const publishPolicy = (
  store: Store,
  tenant: string,
  policy: Policy | null,
  by: ChangedBy,
): Promise<'written' | 'VERSION_TAKEN'> =>
  store.write((db) => {
    const subject = { kind: 'setting', id: 'policy' } as const;
    if (policy === null) {
      db.delete(tenantSettings)
        .where(and(eq(tenantSettings.tenant, tenant), eq(tenantSettings.name, 'policy')))
        .run();
      recordChange(
        db,
        tenant,
        { type: 'policy.withdrawn', subject, content: { removed: true }, detail: { name: 'policy' } },
        by,
      );
      return 'written';
    }
    const ref = policyRef(policy);
    const published = contentsIn(db, tenant, subject) as unknown as Policy[];
    const isTaken = [currentPolicy, ...published].some(
      ({ id, version, ...rest }) =>
        id === policy.id &&
        version === policy.version &&
        canonicalJson({ id, version, ...rest } as unknown as Json) !==
          canonicalJson(policy as unknown as Json),
    );
    if (isTaken) {
      return 'VERSION_TAKEN';
    }
    const put = (name: string, value: Json): void => {
      db.insert(tenantSettings)
        .values({ tenant, name, value })
        .onConflictDoUpdate({ target: [tenantSettings.tenant, tenantSettings.name], set: { value } })
        .run();
    };
    put(`policy:${ref.hash}`, policy as unknown as Json);
    put('policy', ref as unknown as Json);
    const content = policy as unknown as Json;
    recordChange(db, tenant, { type: 'policy.published', subject, content, detail: { ...ref } }, by);
    return 'written';
  });
