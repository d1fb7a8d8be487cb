import { type Ladder, ladderProblems } from '../../notification/ladder.ts';
import { type Template, templateProblems } from '../../notification/template.ts';
import ladder from './ladder.json' with { type: 'json' };
import advancePaymentDue from './templates/advance-payment-due.json' with { type: 'json' };
import approvalAsked from './templates/approval-asked.json' with { type: 'json' };
import caseNotice from './templates/case-notice.json' with { type: 'json' };
import deadlineBreached from './templates/deadline-breached.json' with { type: 'json' };
import deadlineMustAct from './templates/deadline-must-act.json' with { type: 'json' };
import deadlineNear from './templates/deadline-near.json' with { type: 'json' };
import digest from './templates/digest.json' with { type: 'json' };
import lawBreached from './templates/law-breached.json' with { type: 'json' };
import lawBreachedNextDay from './templates/law-breached-next-day.json' with { type: 'json' };
import letterReturned from './templates/letter-returned.json' with { type: 'json' };
import seatUnfilled from './templates/seat-unfilled.json' with { type: 'json' };
import taskHandedOver from './templates/task-handed-over.json' with { type: 'json' };
import taskTakenOver from './templates/task-taken-over.json' with { type: 'json' };
import today from './templates/today.json' with { type: 'json' };

const checked = <T>(value: unknown, problems: { pointer: string; message: string }[]): T => {
  const [first] = problems;
  if (first) {
    throw new Error(`A shipped file is not valid: ${first.pointer} ${first.message}`);
  }
  return value as T;
};

/** The ladder of whoever has no other. */
export const shippedLadder: Ladder = checked(ladder, ladderProblems(ladder));

const templates: readonly Template[] = [
  advancePaymentDue,
  approvalAsked,
  caseNotice,
  deadlineBreached,
  deadlineMustAct,
  deadlineNear,
  digest,
  lawBreached,
  lawBreachedNextDay,
  letterReturned,
  seatUnfilled,
  taskHandedOver,
  taskTakenOver,
  today,
].map((each) => checked<Template>(each, templateProblems(each)));

/** The template of a message that has none of its own. */
export const plainNotice = 'case-notice';

export const shippedTemplates: readonly Template[] = templates;

export const findTemplate = (id: string): Template | undefined => templates.find((each) => each.id === id);
