import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { CaseState, Deadline } from '../../machines/kernel/state.ts';

/**
 * What the lists and pages read of a case. Instants are RFC 3339 UTC strings with milliseconds, so they sort
 * as text. A closed case lives only here: `state` is all that is needed to re-open it.
 */
export const cases = sqliteTable(
  'cases',
  {
    tenant: text().notNull(),
    caseId: text('case_id').notNull(),
    number: text().notNull(),
    kind: text().notNull(),
    definitionId: text('definition_id').notNull(),
    definitionVersion: text('definition_version').notNull(),
    definitionHash: text('definition_hash').notNull(),
    profile: text(),
    mode: text().$type<'historical'>(),
    status: text().$type<CaseState['status']>().notNull(),
    /** Ids of the active states. */
    states: text({ mode: 'json' }).$type<string[]>().notNull(),
    state: text({ mode: 'json' }).$type<CaseState>().notNull(),
    lastSeq: integer('last_seq').notNull(),
    rev: integer().notNull(),
    epoch: integer().notNull(),
    headHash: text('head_hash').notNull(),
    owner: text(),
    /** Department of the task opened last among those that name one. */
    department: text(),
    receivedAt: text('received_at').notNull(),
    openedAt: text('opened_at').notNull(),
    updatedAt: text('updated_at').notNull(),
    closedAt: text('closed_at'),
    /** The tightest deadline not yet stopped, a breached one included; null when none runs. */
    dueAt: text('due_at'),
    /** `dueAt`, or `noDueDate`: what lists sort by. */
    dueSort: text('due_sort').notNull(),
    /** How many deadlines have been breached. */
    breached: integer().notNull(),
    /** How many incidents are open. */
    incident: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.caseId] }),
    index('cases_number').on(t.tenant, t.number, t.caseId),
    index('cases_opened').on(t.tenant, t.openedAt, t.caseId),
    index('cases_status_opened').on(t.tenant, t.status, t.openedAt, t.caseId),
    index('cases_kind_opened').on(t.tenant, t.kind, t.openedAt, t.caseId),
    index('cases_definition_opened').on(t.tenant, t.definitionId, t.openedAt, t.caseId),
    index('cases_department_opened')
      .on(t.tenant, t.department, t.openedAt, t.caseId)
      .where(sql`department is not null`),
    index('cases_breached_opened').on(t.tenant, t.openedAt, t.caseId).where(sql`breached > 0`),
    index('cases_incident_opened').on(t.tenant, t.openedAt, t.caseId).where(sql`incident > 0`),
    index('cases_due').on(t.tenant, t.dueSort, t.caseId),
    index('cases_status_due').on(t.tenant, t.status, t.dueSort, t.caseId),
    index('cases_kind_due').on(t.tenant, t.kind, t.dueSort, t.caseId),
    index('cases_definition_due').on(t.tenant, t.definitionId, t.dueSort, t.caseId),
    index('cases_department_due')
      .on(t.tenant, t.department, t.dueSort, t.caseId)
      .where(sql`department is not null`),
    index('cases_breached_due').on(t.tenant, t.dueSort, t.caseId).where(sql`breached > 0`),
    index('cases_incident_due').on(t.tenant, t.dueSort, t.caseId).where(sql`incident > 0`),
  ],
);

/**
 * What a case has several of and is listed by: its active states (`state:ID`), and the persons who hold it
 * (`person:ID`: its owner, and the assignees of its open tasks). So each such list is a range of an index.
 * `excluded:ID` names who has no part in it, or in a case that is one matter with it, so that lists can leave it out.
 */
export const caseFacets = sqliteTable(
  'case_facets',
  {
    tenant: text().notNull(),
    caseId: text('case_id').notNull(),
    facet: text().notNull(),
    openedAt: text('opened_at').notNull(),
    dueSort: text('due_sort').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.caseId, t.facet] }),
    index('case_facets_opened').on(t.tenant, t.facet, t.openedAt, t.caseId),
    index('case_facets_due').on(t.tenant, t.facet, t.dueSort, t.caseId),
  ],
);

/** The promises to customers among them. Word for word in a query, so that their index is used. */
export const isPromise = sql`name >= '@promise.' and name < '@promise/'`;

export const deadlines = sqliteTable(
  'deadlines',
  {
    tenant: text().notNull(),
    caseId: text('case_id').notNull(),
    name: text().notNull(),
    status: text().$type<Deadline['status']>().notNull(),
    startedAt: text('started_at').notNull(),
    dueAt: text('due_at'),
    stoppedAt: text('stopped_at'),
    breachedAt: text('breached_at'),
    /** The kernel's whole record of it: pauses, warnings, extensions. */
    detail: text({ mode: 'json' }).$type<Deadline>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.caseId, t.name] }),
    index('deadlines_running').on(t.tenant, t.dueAt, t.caseId, t.name).where(sql`status = 'running'`),
    index('deadlines_promises').on(t.tenant, t.startedAt, t.caseId, t.name).where(isPromise),
  ],
);

export const links = sqliteTable(
  'links',
  {
    tenant: text().notNull(),
    caseId: text('case_id').notNull(),
    rel: text().notNull(),
    toCaseId: text('to_case_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.caseId, t.rel, t.toCaseId] }),
    index('links_to').on(t.tenant, t.toCaseId, t.rel, t.caseId),
  ],
);

export const documents = sqliteTable(
  'documents',
  {
    tenant: text().notNull(),
    caseId: text('case_id').notNull(),
    documentId: text('document_id').notNull(),
    key: text().notNull(),
    status: text().$type<'received' | 'waived' | 'deferred'>().notNull(),
    sha256: text(),
    sizeBytes: integer('size_bytes'),
    mediaType: text('media_type'),
    at: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.caseId, t.documentId] }),
    index('documents_sha256').on(t.tenant, t.sha256, t.caseId),
  ],
);
