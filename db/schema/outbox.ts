import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Effect } from '../../machines/kernel/effect.ts';

/** Messages to people, written with the entry that caused them. The row holds the truth about the delivery. */
export const outbox = sqliteTable(
  'outbox',
  {
    tenant: text().notNull(),
    effectId: text('effect_id').notNull(),
    caseId: text('case_id').notNull(),
    seq: integer().notNull(),
    kind: text().$type<'deliver'>().notNull(),
    payload: text({ mode: 'json' }).$type<Extract<Effect, { type: 'deliver' }>>().notNull(),
    status: text().$type<'pending' | 'started' | 'delivered' | 'failed'>().notNull(),
    attempts: integer().notNull(),
    /** When it may be tried (again); for a started one, when its relay is given up for lost. Epoch ms. */
    nextAtMs: integer('next_at_ms').notNull(),
    /** A stable code, never a gateway's message: it may hold personal data. */
    lastErrorCode: text('last_error_code'),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.effectId] }),
    index('outbox_due').on(t.nextAtMs, t.tenant, t.effectId).where(sql`status in ('pending', 'started')`),
    index('outbox_case').on(t.tenant, t.caseId, t.seq),
  ],
);

export type OutboxRow = typeof outbox.$inferSelect;
