import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

export const people = sqliteTable(
  'people',
  {
    tenant: text().notNull(),
    personId: text('person_id').notNull(),
    name: text().notNull(),
    status: text().$type<'active' | 'disabled'>().notNull(),
    /** The human being whose account this is, where one has several; null: nobody else's. */
    humanId: text('human_id'),
    /** Whom the person reports to. */
    superiorId: text('superior_id'),
    /** Working hours: the id of a published calendar; null: the case's own. */
    calendarId: text('calendar_id'),
    /** How many open tasks the person has; kept by triggers on `tasks`, so that the least loaded is found by an index. */
    openTasks: integer('open_tasks').notNull().default(0),
    /** When the task that the person got last was opened, RFC 3339 UTC; null: never had one. */
    lastTaskAt: text('last_task_at'),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.personId] }),
    index('people_human').on(t.tenant, t.humanId),
    index('people_superior').on(t.tenant, t.superiorId),
    index('people_load').on(t.tenant, t.status, t.openTasks, t.lastTaskAt, t.personId),
    index('people_turn').on(t.tenant, t.status, t.lastTaskAt, t.personId),
  ],
);

/** What a person may do, where and until when: what makes them a candidate. */
export const personGroups = sqliteTable(
  'person_groups',
  {
    tenant: text().notNull(),
    personId: text('person_id').notNull(),
    kind: text().$type<'role' | 'department' | 'skill' | 'licence' | 'region'>().notNull(),
    name: text().notNull(),
    /** Epoch milliseconds; null: since ever. */
    fromMs: integer('from_ms'),
    /** Epoch milliseconds, the first instant it holds no more; null: open. */
    untilMs: integer('until_ms'),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.personId, t.kind, t.name] }),
    index('person_groups_name').on(t.tenant, t.kind, t.name, t.personId),
  ],
);

/** Roles that somebody may hold; definitions name them. */
export const roles = sqliteTable(
  'roles',
  {
    tenant: text().notNull(),
    roleId: text('role_id').notNull(),
    titleZh: text('title_zh').notNull(),
    titleEn: text('title_en').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.roleId] })],
);

/** The highest amount that a person, or whoever holds a role, may decide: per kind of case and currency. */
export const authority = sqliteTable(
  'authority',
  {
    tenant: text().notNull(),
    holderKind: text('holder_kind').$type<'role' | 'person'>().notNull(),
    holderId: text('holder_id').notNull(),
    /** Empty: every kind without a limit of its own. */
    caseKind: text('case_kind').notNull(),
    currency: text().notNull(),
    /** Epoch milliseconds; 0: since ever. */
    fromMs: integer('from_ms').notNull(),
    /** Epoch milliseconds, the first instant it holds no more; null: open. */
    untilMs: integer('until_ms'),
    /** Minor units. */
    amount: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.holderKind, t.holderId, t.caseKind, t.currency, t.fromMs] })],
);

export const departments = sqliteTable(
  'departments',
  {
    tenant: text().notNull(),
    departmentId: text('department_id').notNull(),
    titleZh: text('title_zh').notNull(),
    titleEn: text('title_en').notNull(),
    /** Null: at the top. */
    parentId: text('parent_id'),
    /** The person who leads it. */
    headId: text('head_id'),
    status: text().$type<'active' | 'closed'>().notNull().default('active'),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.departmentId] }),
    index('departments_head').on(t.tenant, t.headId),
  ],
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
