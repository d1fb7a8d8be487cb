import type { Entry, EntryLeaf } from '../../machines/kernel/entry.ts';
import type { CaseState } from '../../machines/kernel/state.ts';
import type { Db } from '../open.ts';
import { noticeId } from '../own/notice-id.ts';
import { templateIn } from '../own/notification-settings.ts';
import { type NewNotice, putNoticesIn } from '../own/notifications.ts';

/** What is given to somebody within this time becomes one message. */
const gatherMs = 2_000;

/**
 * A message to each person for whom a seat of a decision has come to wait, unless they took it themselves. After the
 * case is written, in its transaction: a case that is stored has told its signers, once.
 */
export const tellSigners = (
  db: Db,
  state: CaseState,
  before: CaseState | undefined,
  entries: readonly Entry[],
): void => {
  if (state.signing === undefined || state.mode === 'historical') {
    return;
  }
  const doers = new Set(entries.map(({ leaf }) => (JSON.parse(leaf) as EntryLeaf).actorId));
  const atMs = Date.parse(state.clockAt);
  const templateVersion = templateIn(db, state.tenant, 'approval-asked')?.version ?? 1;
  const notices = Object.entries(state.tasks).flatMap(([taskId, task]): NewNotice[] => {
    const { assignee, seat, status, role } = task;
    const isNew = status === 'open' && before?.tasks[taskId]?.assignee !== assignee;
    if (seat === undefined || assignee === null || !isNew || doers.has(assignee)) {
      return [];
    }
    const [calendarId = ''] = Object.keys(state.calendars);
    return [
      {
        ...{ tenant: state.tenant, caseId: state.caseId, caseNumber: state.number },
        notificationId: noticeId([taskId, assignee, state.seq]),
        ...{ personId: assignee, definitionId: state.definition.id, rule: 'approval-asked', toldAs: role },
        ...{ template: 'approval-asked', templateVersion },
        facts: {
          ...{ action: 'decide-approval', path: `/approvals/${encodeURIComponent(state.caseId)}` },
          taskId,
        },
        ...{ fraction: 0, urgent: false, send: true, atMs: atMs + gatherMs, calendarId },
      },
    ];
  });
  putNoticesIn(db, notices, atMs);
};
