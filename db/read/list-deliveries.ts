import { and, asc, eq } from 'drizzle-orm';
import type { Store } from '../open.ts';
import { type OutboxRow, outbox } from '../schema/index.ts';

/** The messages that a case has caused, oldest first, with how each went. */
export const deliveriesOf = (
  store: Store,
  { tenant, caseId }: { tenant: string; caseId: string },
): Promise<OutboxRow[]> =>
  store.read((db) =>
    db
      .select()
      .from(outbox)
      .where(and(eq(outbox.tenant, tenant), eq(outbox.caseId, caseId)))
      .orderBy(asc(outbox.seq))
      .limit(1_000)
      .all(),
  );
