import type { Context } from 'hono';
import type { AppEnv } from '../env.ts';
import type { ProblemCode } from '../problem-codes.ts';
import type { Services } from '../services.ts';
import { workList } from '../work-list.ts';
import { type ApprovalCard, approvalCard } from './card.ts';
import { isCardRead } from './read-cards.ts';

/** An approval that somebody may decide now. */
export interface WaitingApproval {
  taskId: string;
  card: ApprovalCard;
  /** The same for approvals of one name, by one definition, at one step: those may be approved together. */
  group: string;
  /** Why it cannot be approved together with others; undefined where it can. */
  hold: ProblemCode | undefined;
}

/** Approvals that one page shows. */
const waitingMax = 50;

/** What waits for the sender of this request: theirs, and what they may take; the tightest first. */
export const waitingApprovals = async (
  services: Services,
  c: Context<AppEnv>,
): Promise<WaitingApproval[]> => {
  const lists = await Promise.all(
    (['mine', 'candidate'] as const).map((view) =>
      workList(services, c, { view, kind: 'approval', limit: waitingMax }),
    ),
  );
  const rows = lists.flatMap(({ items }) => items).sort((a, b) => (a.dueSort < b.dueSort ? -1 : 1));
  const caseIds = [...new Set(rows.map(({ caseId }) => caseId))].slice(0, waitingMax);
  const found: WaitingApproval[] = [];
  for (const caseId of caseIds) {
    const waiting = await waitingOf(services, c, caseId);
    if (!('blocked' in waiting)) found.push(waiting);
  }
  return found;
};

/** The approval as it waits for the sender, or why they have nothing to decide in it. */
export const waitingOf = async (
  services: Services,
  c: Context<AppEnv>,
  caseId: string,
): Promise<WaitingApproval | { blocked: string }> => {
  const reader = { reader: c.get('person'), credential: c.get('credential') };
  const card = await approvalCard(services, reader, caseId);
  if (!card) {
    return { blocked: 'TASK_UNKNOWN' };
  }
  if ('blocked' in card.mine) {
    return card.mine;
  }
  const { taskId } = card.mine;
  return { taskId, card, group: groupOf(card), hold: await holdOf(services, c, card) };
};

const groupOf = ({ asking, caseId, step }: ApprovalCard): string =>
  asking ? `${asking.definitionId}/${asking.name}/${step}` : caseId;

/** What keeps it from being approved together with others: each is looked at first, or has nothing to look at. */
const holdOf = async (
  services: Services,
  c: Context<AppEnv>,
  card: ApprovalCard,
): Promise<ProblemCode | undefined> => {
  if (card.isStale) return 'STALE';
  if (card.asksSecondFactor) return 'SECOND_FACTOR_REQUIRED';
  return isAllGreen(card) || (await isCardRead(services, c, card)) ? undefined : 'CARD_UNREAD';
};

/** By the definition's own rule, and nobody was against it, nothing is missing and nothing has changed. */
const isAllGreen = ({ asking, changes, dissents, earlier }: ApprovalCard): boolean =>
  asking?.isGreen === true &&
  dissents.length === 0 &&
  asking.dissent.every(({ value }) => value === null || value === '' || value === 0) &&
  asking.documents.every(({ status }) => status !== 'missing') &&
  earlier.length === 0 &&
  changes === undefined;
