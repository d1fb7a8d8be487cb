import { sql } from 'drizzle-orm';
import type { Store } from '../open.ts';
import { inSight, type Sight } from '../read/sight.ts';
import { notifications } from '../schema/index.ts';

/** What became of the messages of one rule. */
export interface NotificationFigures {
  rule: string;
  /** Null where figures are of the rule over all definitions. */
  definition: string | null;
  /** Messages to persons. */
  told: number;
  /** Sent one by one. */
  sent: number;
  digested: number;
  /** Only ever shown. */
  shown: number;
  /** Still to be sent, or kept for a digest. */
  waiting: number;
  /** Read in the application, also by way of a message's link. */
  opened: number;
  /** The person did something in the case within a week. */
  actedOn: number;
}

/** How long after a message an act still counts as its consequence. */
const actedWithinMs = 7 * 86_400_000;
const rowsMax = 500;

/**
 * The messages made between two instants (epoch milliseconds, the end not included), by rule: a rule that nobody opens or
 * acts on can go.
 *
 * @param sight the cases that the reader may see
 */
export const notificationFigures = (
  store: Store,
  {
    tenant,
    fromMs,
    toMs,
    byDefinition,
    sight,
  }: { tenant: string; fromMs: number; toMs: number; byDefinition: boolean; sight?: Sight },
): Promise<NotificationFigures[]> =>
  store.read((db) => {
    const rows = db.all<{
      rule: string;
      definition: string;
      told: number;
      sent: number;
      digested: number;
      shown: number;
      waiting: number;
      opened: number;
      actedOn: number;
    }>(sql`
      select rule, ${byDefinition ? sql`definition_id` : sql`''`} as definition, count(*) as told,
        count(*) filter (where status = 'sent') as sent,
        count(*) filter (where status = 'digested') as digested,
        count(*) filter (where status = 'shown') as shown,
        count(*) filter (where status in ('waiting', 'digest')) as waiting,
        count(*) filter (where read_at_ms is not null) as opened,
        count(*) filter (where exists (
          select 1 from entries e
          where e.tenant = notifications.tenant and e.actor_id = notifications.person_id
            and e.case_id = notifications.case_id
            and e.at >= strftime('%Y-%m-%dT%H:%M:%fZ', created_at_ms / 1000.0, 'unixepoch')
            and e.at <= strftime('%Y-%m-%dT%H:%M:%fZ', (created_at_ms + ${actedWithinMs}) / 1000.0, 'unixepoch')
        )) as actedOn
      from notifications
      where tenant = ${tenant} and kind = 'notice' and created_at_ms >= ${fromMs} and created_at_ms < ${toMs}
        and ${inSight(sight, notifications) ?? sql`true`}
      group by 1, 2 order by 1, 2 limit ${rowsMax}`);
    return rows.map(({ definition, ...rest }) => ({
      ...rest,
      definition: byDefinition ? definition : null,
    }));
  });
