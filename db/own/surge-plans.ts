import type { Json } from '../../machines/kernel/json.ts';
import { shippedSurgePlans } from '../../machines/library/surge/index.ts';
import type { SurgePlan } from '../../machines/surge/plan.ts';
import type { Db, Store } from '../open.ts';
import { tenantSettings } from '../schema/index.ts';
import { type ChangedBy, recordChange } from './people-history.ts';
import { isVersionTaken } from './setting-version.ts';
import { settingIn } from './tenant-settings.ts';

/** The plans that a company may switch on: its own, and the shipped ones that none of its own stands in for. */
export const surgePlansIn = (db: Db, tenant: string): SurgePlan[] => {
  const own = settingIn(db, tenant, 'surgePlans') ?? {};
  return [...Object.values(own), ...shippedSurgePlans.filter(({ id }) => !Object.hasOwn(own, id))];
};

export const surgePlanIn = (db: Db, tenant: string, id: string): SurgePlan | undefined =>
  surgePlansIn(db, tenant).find((plan) => plan.id === id);

/**
 * Publishes a company's own plan, or with null takes it away. What is on goes on by the plan as it was then.
 *
 * @returns `VERSION_TAKEN`: another content has that version; `RULE_CHOSEN`: its rule may switch surge mode on, and no plan
 *   with a rule would be left under its id
 */
export const writeSurgePlan = (
  store: Store,
  tenant: string,
  { id, plan }: { id: string; plan: SurgePlan | null },
  by: ChangedBy,
): Promise<'written' | 'VERSION_TAKEN' | 'RULE_CHOSEN'> =>
  store.write((db) => {
    const subject = { kind: 'setting', id: `surge-plan:${id}` } as const;
    const shipped = shippedSurgePlans.find((each) => each.id === id);
    const content = (plan ?? { removed: true }) as unknown as Json;
    const taken = { content, shipped: shipped as unknown as Json | undefined };
    if (plan !== null && isVersionTaken(db, tenant, subject, taken)) {
      return 'VERSION_TAKEN';
    }
    const left = plan ?? shipped;
    if (settingIn(db, tenant, 'surgeRule')?.plan === id && left?.rule === undefined) {
      return 'RULE_CHOSEN';
    }
    const { [id]: _, ...others } = settingIn(db, tenant, 'surgePlans') ?? {};
    const value = { ...others, ...(plan === null ? {} : { [id]: plan }) } as unknown as Json;
    db.insert(tenantSettings)
      .values({ tenant, name: 'surgePlans', value })
      .onConflictDoUpdate({ target: [tenantSettings.tenant, tenantSettings.name], set: { value } })
      .run();
    const detail = { name: subject.id, version: plan?.version ?? null };
    recordChange(db, tenant, { type: 'setting.changed', subject, content, detail }, by);
    return 'written';
  });
