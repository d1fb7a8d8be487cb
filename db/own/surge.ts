import { and, eq, gte, lt, min, sql } from 'drizzle-orm';
import { instantAt } from '../../machines/kernel/instant.ts';
import type { Json, JsonObject } from '../../machines/kernel/json.ts';
import { callsForSurge, type SurgeFigures, type SurgePlan } from '../../machines/surge/plan.ts';
import type { Db, Store } from '../open.ts';
import { cases, tenantSettings } from '../schema/index.ts';
import { type ChangedBy, recordChange } from './people-history.ts';
import type { Saved } from './person-record.ts';
import { surgePlanIn } from './surge-plans.ts';
import { settingIn } from './tenant-settings.ts';

/** A time in which a company works in surge mode, with the plan as it was then. Instants are RFC 3339 UTC. */
export interface Surge {
  plan: SurgePlan;
  from: string;
  /** The first instant it is off. */
  until: string;
  /** Who switched it on; `system` where the plan's rule did. */
  by: string;
  cause: 'manager' | 'rule';
  /** Why; in the log it is a commitment only. */
  reason?: string;
  figures?: SurgeFigures;
  /** It was switched off before its time. */
  endedAt?: string;
}

/** What is on at an instant (epoch milliseconds), if anything is. */
export const surgeIn = (db: Db, tenant: string, nowMs: number): Surge | undefined => {
  const surge = settingIn(db, tenant, 'surge');
  return surge && isOn(surge, nowMs) ? surge : undefined;
};

export const readSurge = (store: Store, tenant: string, nowMs: number): Promise<Surge | undefined> =>
  store.read((db) => surgeIn(db, tenant, nowMs));

const isOn = ({ until, endedAt }: Surge, nowMs: number): boolean =>
  endedAt === undefined && Date.parse(until) > nowMs;

const write = (db: Db, tenant: string, surge: Surge, by: ChangedBy, type: string): void => {
  const value = surge as unknown as JsonObject;
  db.insert(tenantSettings)
    .values({ tenant, name: 'surge', value })
    .onConflictDoUpdate({ target: [tenantSettings.tenant, tenantSettings.name], set: { value } })
    .run();
  const { plan, from, until, cause, figures, endedAt } = surge;
  const detail: JsonObject = {
    ...{ plan: `${plan.id}@${plan.version}`, from, until, cause },
    ...(figures === undefined ? {} : { figures: { ...figures } as JsonObject }),
    ...(endedAt === undefined ? {} : { endedAt }),
  };
  recordChange(db, tenant, { type, subject: { kind: 'setting', id: 'surge' }, content: value, detail }, by);
};

/** Switches a plan on, or changes until when it is. */
export const startSurge = (
  store: Store,
  tenant: string,
  surge: Surge,
  by: ChangedBy,
): Promise<Saved<Surge>> =>
  store.write((db) => {
    write(db, tenant, surge, by, 'surge.started');
    return { saved: surge };
  });

/** Switches it off. What has started while it was on stays as it started. */
export const endSurge = (
  store: Store,
  tenant: string,
  by: ChangedBy,
  reason?: string,
): Promise<Saved<Surge>> =>
  store.write((db) => {
    const surge = surgeIn(db, tenant, by.atMs);
    if (!surge) return { refused: 'missing' };
    const ended = { ...surge, endedAt: instantAt(by.atMs), ...(reason === undefined ? {} : { reason }) };
    write(db, tenant, ended, by, 'surge.ended');
    return { saved: ended };
  });

/** Which plan's rule may switch surge mode on by itself; null: none. */
export const setSurgeRule = (
  store: Store,
  tenant: string,
  planId: string | null,
  by: ChangedBy,
): Promise<Saved<string | null>> =>
  store.write((db) => {
    const value: Json = { plan: planId };
    db.insert(tenantSettings)
      .values({ tenant, name: 'surgeRule', value })
      .onConflictDoUpdate({ target: [tenantSettings.tenant, tenantSettings.name], set: { value } })
      .run();
    const subject = { kind: 'setting', id: 'surgeRule' } as const;
    recordChange(
      db,
      tenant,
      { type: 'setting.changed', subject, content: value, detail: { plan: planId } },
      by,
    );
    return { saved: planId };
  });

const dayMs = 86_400_000;

/** Openings of the window just past, and how many are usual in as long. */
export const surgeFigures = (
  db: Db,
  tenant: string,
  { kind, windowMinutes, usualDays }: NonNullable<SurgePlan['rule']>,
  nowMs: number,
): SurgeFigures => {
  const windowMs = windowMinutes * 60_000;
  const count = (fromMs: number, toMs: number): number =>
    db
      .select({ n: sql<number>`count(*)` })
      .from(cases)
      .where(
        and(
          eq(cases.tenant, tenant),
          eq(cases.kind, kind),
          gte(cases.openedAt, instantAt(fromMs)),
          lt(cases.openedAt, instantAt(toMs)),
        ),
      )
      .get()?.n ?? 0;
  const fromMs = nowMs - windowMs;
  const first = db
    .select({ at: min(cases.openedAt) })
    .from(cases)
    .where(and(eq(cases.tenant, tenant), eq(cases.kind, kind)))
    .get()?.at;
  // Of a company that began a week ago the week is what is usual.
  const sinceMs = Math.max(fromMs - usualDays * dayMs, first ? Date.parse(first) : fromMs);
  const windows = (fromMs - sinceMs) / windowMs;
  return { openings: count(fromMs, nowMs + 1), usual: windows < 1 ? 0 : count(sinceMs, fromMs) / windows };
};

/**
 * Switches surge mode on for those companies whose rule calls for it. Not while it is on, and not within the rule's own
 * hours after somebody has switched it off.
 *
 * @returns the tenants
 */
export const startDueSurges = (store: Store, nowMs: number): Promise<string[]> =>
  store.write((db) =>
    db
      .select({ tenant: tenantSettings.tenant, value: tenantSettings.value })
      .from(tenantSettings)
      .where(eq(tenantSettings.name, 'surgeRule'))
      .all()
      .filter(({ tenant, value }) => {
        const plan = surgePlanIn(db, tenant, String((value as { plan?: Json }).plan ?? ''));
        const last = settingIn(db, tenant, 'surge');
        const { rule } = plan ?? {};
        const isTooSoon =
          last !== undefined &&
          rule !== undefined &&
          (isOn(last, nowMs) ||
            (last.endedAt !== undefined && Date.parse(last.endedAt) + rule.hours * 3_600_000 > nowMs));
        if (!plan || !rule || isTooSoon) return false;
        const figures = surgeFigures(db, tenant, rule, nowMs);
        if (!callsForSurge(rule, figures)) return false;
        const surge: Surge = {
          ...{ plan, from: instantAt(nowMs), until: instantAt(nowMs + rule.hours * 3_600_000) },
          ...{ by: 'system', cause: 'rule', figures },
        };
        write(db, tenant, surge, { actorId: 'system', atMs: nowMs }, 'surge.started');
        return true;
      })
      .map(({ tenant }) => tenant),
  );
