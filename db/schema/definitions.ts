import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import type { Json, JsonObject } from '../../machines/kernel/json.ts';

/** Published definitions; a version never changes. */
export const definitions = sqliteTable(
  'definitions',
  {
    tenant: text().notNull(),
    id: text().notNull(),
    version: text().notNull(),
    /** SHA-256 of the canonical JSON of the document, layout and comments left out; hex. */
    hash: text().notNull(),
    document: text({ mode: 'json' }).$type<JsonObject>().notNull(),
    runtime: text({ mode: 'json' }).$type<RuntimeDefinition>().notNull(),
    status: text().$type<'published' | 'retired'>().notNull(),
    publishedAt: text('published_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.id, t.version] }),
    uniqueIndex('definitions_hash').on(t.tenant, t.hash),
  ],
);

/** Slices of calendars, by the SHA-256 of their canonical JSON. */
export const calendars = sqliteTable(
  'calendars',
  {
    tenant: text().notNull(),
    hash: text().notNull(),
    id: text().notNull(),
    calendar: text({ mode: 'json' }).$type<Json>().notNull(),
    /** Order of publication within the id. */
    n: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.hash] }), index('calendars_id').on(t.tenant, t.id, t.n)],
);
