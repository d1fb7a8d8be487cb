import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

export const people = sqliteTable(
  'people',
  {
    tenant: text().notNull(),
    personId: text('person_id').notNull(),
    name: text().notNull(),
    status: text().$type<'active' | 'disabled'>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.personId] })],
);

/** Roles, departments and skills of a person: what makes them a candidate. */
export const personGroups = sqliteTable(
  'person_groups',
  {
    tenant: text().notNull(),
    personId: text('person_id').notNull(),
    kind: text().$type<'role' | 'department' | 'skill'>().notNull(),
    name: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.personId, t.kind, t.name] }),
    index('person_groups_name').on(t.tenant, t.kind, t.name, t.personId),
  ],
);

/** The highest amount a person may decide, per currency, in minor units. */
export const authorityLimits = sqliteTable(
  'authority_limits',
  {
    tenant: text().notNull(),
    personId: text('person_id').notNull(),
    currency: text().notNull(),
    amount: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.personId, t.currency] })],
);

export const departments = sqliteTable(
  'departments',
  {
    tenant: text().notNull(),
    departmentId: text('department_id').notNull(),
    titleZh: text('title_zh').notNull(),
    titleEn: text('title_en').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.departmentId] })],
);

/** Bearer tokens. Only their SHA-256 is kept. */
export const tokens = sqliteTable(
  'tokens',
  {
    tenant: text().notNull(),
    hash: text().notNull(),
    personId: text('person_id').notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    expiresAtMs: integer('expires_at_ms').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.hash] }), uniqueIndex('tokens_hash').on(t.hash)],
);
