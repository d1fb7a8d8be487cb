import { and, desc, eq, lte, sql } from 'drizzle-orm';
import { instantMs } from '../../machines/kernel/instant.ts';
import { judgeNotices } from '../../machines/notification/flood.ts';
import { apartMs, type Ladder } from '../../machines/notification/ladder.ts';
import { isQuiet, nextDigestMs } from '../../machines/notification/quiet-hours.ts';
import type { Db, Store } from '../open.ts';
import { isHiddenIn } from '../read/out-of-sight.ts';
import { type ChannelName, deadlines, notifications, tasks } from '../schema/index.ts';
import { ladderIn } from './notification-settings.ts';
import type { NotificationRow } from './notifications.ts';
import { personCalendarIn } from './notifications-calendar.ts';
import { queueDeliveriesIn } from './notifications-deliveries.ts';
import { channelsOf, preferencesIn } from './notifications-preferences.ts';
import { personIn } from './people.ts';

export interface JudgeOptions {
  ladder: Ladder;
  /** The channels that there are. */
  available: readonly ChannelName[];
  nowMs: number;
}

/** Messages that one transaction judges. */
const judgedMax = 200;

/**
 * Judges the messages whose time has come, all of one person and case together: each is sent, kept for the digest, held
 * or only shown. Tells how many it judged. Two processes never judge the same: the decision and what follows from it
 * are one transaction.
 */
export const judgeDueNotices = (store: Store, options: JudgeOptions): Promise<number> =>
  store.write((db) => {
    const due = db
      .select()
      .from(notifications)
      .where(and(eq(notifications.status, 'waiting'), lte(notifications.atMs, options.nowMs)))
      .orderBy(notifications.atMs)
      .limit(judgedMax)
      .all();
    const groups = Map.groupBy(due, ({ tenant, personId, caseId }) =>
      JSON.stringify([tenant, personId, caseId]),
    );
    for (const group of groups.values()) {
      judgeGroup(db, group, options);
    }
    return due.length;
  });

const judgeGroup = (db: Db, group: NotificationRow[], options: JudgeOptions): void => {
  const { available, nowMs } = options;
  const [first] = group;
  if (!first) {
    return;
  }
  const { tenant, personId, caseId } = first;
  const ladder = ladderIn(db, tenant, options.ladder, nowMs);
  const calendar = personCalendarIn(db, tenant, personId, first.calendarId);
  const mayKnow = isInSight(db, first);
  const verdicts = judgeNotices(
    group.map((each) => ({
      ...{ id: each.notificationId, fraction: each.fraction, urgent: each.urgent, send: each.send },
      dueAt: each.facts.dueAt ?? null,
      moot: !mayKnow || isMoot(db, each),
    })),
    {
      nowMs,
      lastSentMs: lastSentIn(db, { tenant, personId, caseId }),
      apartMs: apartMs(ladder),
      quiet: calendar !== undefined && isQuiet(calendar, ladder, nowMs),
      // Without any calendar a day later is as good as a guess.
      nextDigestMs: calendar === undefined ? nowMs + 86_400_000 : nextDigestMs(calendar, ladder, nowMs),
    },
  );
  for (const notice of group) {
    const verdict = verdicts.get(notice.notificationId);
    const set = (change: Partial<NotificationRow>): void => {
      db.update(notifications)
        .set(change)
        .where(and(eq(notifications.tenant, tenant), eq(notifications.notificationId, notice.notificationId)))
        .run();
    };
    switch (verdict?.kind) {
      case 'send':
        set({ status: 'sent', sentAtMs: nowMs });
        queueDeliveriesIn(db, notice, channelsOf(preferencesIn(db, tenant, personId), available), nowMs);
        break;
      case 'digest':
        set({ status: 'digest', atMs: verdict.atMs });
        break;
      case 'wait':
        set({ atMs: verdict.untilMs });
        break;
      default:
        set({ status: 'shown' });
    }
  }
};

const lastSentIn = (
  db: Db,
  { tenant, personId, caseId }: { tenant: string; personId: string; caseId: string },
): number | undefined =>
  db
    .select({ atMs: notifications.sentAtMs })
    .from(notifications)
    .where(
      and(
        eq(notifications.tenant, tenant),
        eq(notifications.personId, personId),
        eq(notifications.caseId, caseId),
        sql`${notifications.sentAtMs} is not null`,
      ),
    )
    .orderBy(desc(notifications.sentAtMs))
    .limit(1)
    .get()?.atMs ?? undefined;

/** Whether the person may still know of the case: who was taken out of it since is told nothing more. */
export const isInSight = (
  db: Db,
  { tenant, personId, caseId }: Pick<NotificationRow, 'tenant' | 'personId' | 'caseId'>,
): boolean => {
  const person = personIn(db, tenant, personId);
  return person?.status === 'active' && !isHiddenIn(db, person, caseId);
};

/**
 * Whether the task that a message asks for is done or somebody else's by now, or the clock that it is about has stopped or
 * was moved to a later date since.
 */
export const isMoot = (db: Db, { tenant, caseId, personId, facts }: NotificationRow): boolean => {
  if (facts.taskId !== undefined) {
    const task = db
      .select({ status: tasks.status, assignee: tasks.assignee })
      .from(tasks)
      .where(and(eq(tasks.tenant, tenant), eq(tasks.taskId, facts.taskId)))
      .get();
    return task?.status !== 'open' || task.assignee !== personId;
  }
  if (facts.deadline === undefined) {
    return false;
  }
  const row = db
    .select({ status: deadlines.status, dueAt: deadlines.dueAt, stoppedAt: deadlines.stoppedAt })
    .from(deadlines)
    .where(
      and(eq(deadlines.tenant, tenant), eq(deadlines.caseId, caseId), eq(deadlines.name, facts.deadline)),
    )
    .get();
  if (!row) {
    return true;
  }
  const moved =
    row.status !== 'breached' &&
    row.dueAt !== null &&
    typeof facts.dueAt === 'string' &&
    instantMs(row.dueAt) > instantMs(facts.dueAt);
  return row.stoppedAt !== null || row.status === 'met' || row.status === 'cancelled' || moved;
};
