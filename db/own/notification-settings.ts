import { and, eq } from 'drizzle-orm';
import type { Json } from '../../machines/kernel/json.ts';
import { findTemplate, shippedLadder } from '../../machines/library/notification/index.ts';
import type { Ladder } from '../../machines/notification/ladder.ts';
import type { Template } from '../../machines/notification/template.ts';
import { withSurge } from '../../machines/surge/with-surge.ts';
import type { Db, Store } from '../open.ts';
import { tenantSettings } from '../schema/index.ts';
import { type ChangedBy, recordChange } from './people-history.ts';
import { isVersionTaken, versionOf } from './setting-version.ts';
import { surgeIn } from './surge.ts';
import { settingIn } from './tenant-settings.ts';

/**
 * The ladder of a company at an instant (epoch milliseconds): its own, else the one given, with what surge mode changes
 * while that is on.
 */
export const ladderIn = (db: Db, tenant: string, otherwise: Ladder, nowMs: number): Ladder => {
  const ladder = settingIn(db, tenant, 'ladder') ?? otherwise;
  const surge = surgeIn(db, tenant, nowMs);
  return surge === undefined ? ladder : withSurge(ladder, surge.plan);
};

/** A company's own rules for messages, to be written. `null` takes its own away: the shipped one holds again. */
export type NotificationSetting =
  | { kind: 'ladder'; ladder: Ladder | null }
  | { kind: 'template'; id: string; template: Template | null };

/**
 * Writes a company's own ladder or template. What it was before stays in the history, and the record commits to each:
 * which text a message had can be told later.
 *
 * @returns `VERSION_TAKEN` where another content has that version already: a version never changes
 */
export const writeNotificationSetting = (
  store: Store,
  tenant: string,
  setting: NotificationSetting,
  by: ChangedBy,
): Promise<'written' | 'VERSION_TAKEN'> =>
  store.write((db) => {
    const subject = {
      kind: 'setting',
      id: setting.kind === 'ladder' ? 'ladder' : `template:${setting.id}`,
    } as const;
    const given = (setting.kind === 'ladder' ? setting.ladder : setting.template) as Json;
    const content: Json = given ?? { removed: true };
    const shipped = (setting.kind === 'ladder' ? shippedLadder : findTemplate(setting.id)) as unknown as Json;
    if (given !== null && isVersionTaken(db, tenant, subject, { content, shipped })) {
      return 'VERSION_TAKEN';
    }
    const templates = settingIn(db, tenant, 'templates') ?? {};
    const { [subject.id.slice('template:'.length)]: _, ...others } = templates;
    const name = setting.kind === 'ladder' ? 'ladder' : 'templates';
    const value = (
      setting.kind === 'ladder'
        ? setting.ladder
        : { ...others, ...(setting.template === null ? {} : { [setting.id]: setting.template }) }
    ) as Json;
    if (value === null) {
      db.delete(tenantSettings)
        .where(and(eq(tenantSettings.tenant, tenant), eq(tenantSettings.name, name)))
        .run();
    } else {
      db.insert(tenantSettings)
        .values({ tenant, name, value })
        .onConflictDoUpdate({ target: [tenantSettings.tenant, tenantSettings.name], set: { value } })
        .run();
    }
    const detail = { name: subject.id, version: versionOf(content) ?? null };
    recordChange(db, tenant, { type: 'setting.changed', subject, content, detail }, by);
    return 'written';
  });

/** A template: the company's own, else the shipped one. */
export const templateIn = (db: Db, tenant: string, id: string): Template | undefined =>
  settingIn(db, tenant, 'templates')?.[id] ?? findTemplate(id);
