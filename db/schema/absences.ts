import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { Json, Money } from '../../machines/kernel/json.ts';

/** When somebody is away. Instants are epoch milliseconds, `until` is the first one they are back. */
export const absences = sqliteTable(
  'absences',
  {
    tenant: text().notNull(),
    absenceId: text('absence_id').notNull(),
    personId: text('person_id').notNull(),
    reason: text().$type<'leave' | 'sick' | 'training' | 'travel' | 'other'>().notNull(),
    fromMs: integer('from_ms').notNull(),
    untilMs: integer('until_ms').notNull(),
    status: text().$type<'active' | 'cancelled'>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.absenceId] }),
    index('absences_person').on(t.tenant, t.personId, t.untilMs),
    index('absences_until').on(t.untilMs).where(sql`status = 'active'`),
  ],
);

/** Who does whose work: by delegation for a time, or as a substitute whenever the other is away. */
export const delegations = sqliteTable(
  'delegations',
  {
    tenant: text().notNull(),
    delegationId: text('delegation_id').notNull(),
    kind: text().$type<'delegation' | 'substitution'>().notNull(),
    /** Whose work it is. */
    personId: text('person_id').notNull(),
    /** Who does it. */
    delegateId: text('delegate_id').notNull(),
    fromMs: integer('from_ms').notNull(),
    /** Null, for a substitution only: until it is revoked. */
    untilMs: integer('until_ms'),
    /** Null: every role that the person holds. */
    roles: text({ mode: 'json' }).$type<string[]>(),
    /** Null: every kind of case. */
    caseKinds: text('case_kinds', { mode: 'json' }).$type<string[]>(),
    /** Null: as far as the person's own limits go. */
    limits: text({ mode: 'json' }).$type<Money[]>(),
    status: text().$type<'active' | 'revoked'>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.delegationId] }),
    index('delegations_delegate').on(t.tenant, t.delegateId, t.status),
    index('delegations_person').on(t.tenant, t.personId, t.status),
  ],
);

/**
 * Each state that people data and settings have had: append-only. It holds names, which the log never does; the log's
 * record of the change commits to the content with the salt.
 */
export const peopleHistory = sqliteTable(
  'people_history',
  {
    tenant: text().notNull(),
    subjectKind: text('subject_kind').notNull(),
    subjectId: text('subject_id').notNull(),
    /** Dense from 1 within the subject. */
    n: integer().notNull(),
    atMs: integer('at_ms').notNull(),
    actorId: text('actor_id').notNull(),
    /** As the record's: `person.changed`, … */
    type: text().notNull(),
    content: text({ mode: 'json' }).$type<Json>().notNull(),
    /** 32 bytes in hex. */
    salt: text().notNull(),
    /** Number of the record in the tenant's log. */
    recordN: integer('record_n').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.subjectKind, t.subjectId, t.n] }),
    uniqueIndex('people_history_record').on(t.tenant, t.recordN),
  ],
);

/** What the company is: each setting under its name. */
export const tenantSettings = sqliteTable(
  'tenant_settings',
  {
    tenant: text().notNull(),
    name: text().notNull(),
    value: text({ mode: 'json' }).$type<Json>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.name] })],
);
