import { and, eq, sql } from 'drizzle-orm';
import type { Json } from '../../machines/kernel/json.ts';
import type { Policy } from '../../machines/kernel/policy/table.ts';
import type { PolicyRef } from '../../machines/kernel/state.ts';
import type { Ladder } from '../../machines/notification/ladder.ts';
import type { Template } from '../../machines/notification/template.ts';
import type { OidcGroups } from '../../machines/people/oidc-groups.ts';
import type { SurgePlan } from '../../machines/surge/plan.ts';
import type { Db, Store } from '../open.ts';
import { perConnection } from '../prepared.ts';
import { tenantSettings } from '../schema/index.ts';
import { type ChangedBy, recordChange } from './people-history.ts';
import type { Surge } from './surge.ts';

/** What a company has chosen; what is absent is as the product ships. */
export interface TenantSettings {
  /** A profile of the definitions, for cases that are opened without one. */
  jurisdiction?: string;
  /** Who letters are from. */
  company?: { name: string; letterhead: string };
  /** How case numbers look. */
  numberFormat?: string;
  /** Surge mode, as it was switched on last. */
  surge?: Surge;
  /** The company's own plans for it, by id. */
  surgePlans?: { [id: string]: SurgePlan };
  /** The plan whose rule may switch it on. */
  surgeRule?: { plan: string | null };
  /** What people hold by their groups at the identity provider. */
  oidcGroups?: OidcGroups;
  /** The company's own table of who may do what that is in force. */
  policy?: PolicyRef;
  /** Each such table that it has ever published, by hash. */
  [policy: `policy:${string}`]: Policy;
  /** The company's own ladder of messages. */
  ladder?: Ladder;
  /** Its own templates, by id. */
  templates?: { [id: string]: Template };
}

const statements = perConnection((db) => ({
  one: db
    .select({ value: tenantSettings.value })
    .from(tenantSettings)
    .where(
      and(
        eq(tenantSettings.tenant, sql.placeholder('tenant')),
        eq(tenantSettings.name, sql.placeholder('name')),
      ),
    )
    .prepare(),
}));

/** A setting as it was written, or undefined. */
export const settingIn = <N extends keyof TenantSettings>(
  db: Db,
  tenant: string,
  name: N,
): TenantSettings[N] => statements(db).one.get({ tenant, name })?.value as TenantSettings[N];

export const readSetting = <N extends keyof TenantSettings>(
  store: Store,
  tenant: string,
  name: N,
): Promise<TenantSettings[N]> => store.read((db) => settingIn(db, tenant, name));

/** All settings that have been written; of tables of who may do what, which is in force. */
export const readSettings = (store: Store, tenant: string): Promise<TenantSettings> =>
  store.read(
    (db) =>
      Object.fromEntries(
        db
          .select({ name: tenantSettings.name, value: tenantSettings.value })
          .from(tenantSettings)
          .where(eq(tenantSettings.tenant, tenant))
          .all()
          .filter(({ name }) => !name.startsWith('policy:'))
          .map(({ name, value }) => [name, value]),
      ) as unknown as TenantSettings,
  );

/** Writes those settings that are given and different, each with its trace. */
export const writeSettings = (
  store: Store,
  tenant: string,
  settings: TenantSettings,
  by: ChangedBy,
): Promise<void> =>
  store.write((db) => {
    for (const [name, value] of Object.entries(settings) as [keyof TenantSettings, Json][]) {
      if (JSON.stringify(settingIn(db, tenant, name)) !== JSON.stringify(value)) {
        db.insert(tenantSettings)
          .values({ tenant, name, value })
          .onConflictDoUpdate({ target: [tenantSettings.tenant, tenantSettings.name], set: { value } })
          .run();
        const subject = { kind: 'setting', id: name } as const;
        recordChange(db, tenant, { type: 'setting.changed', subject, content: value, detail: { name } }, by);
      }
    }
  });
