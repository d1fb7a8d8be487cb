import { asksSecondFactor } from '../../machines/kernel/approval/second-factor.ts';
import type { ProblemCode } from '../problem-codes.ts';
import type { Reader } from '../reader.ts';
import type { Services } from '../services.ts';
import { hasSecondFactor } from '../sign-in/credential.ts';
import type { AskedApproval } from './asked-approvals.ts';
import { type AskingCase, isGreen, subjectHashOf } from './asking-case.ts';
import { partOf } from './asking-matter.ts';
import type { CardReader } from './card.ts';
import { approvalsWithDissent, earlierApprovals } from './earlier-decisions.ts';
import { documentsOf } from './evidence.ts';
import { objectionsOf } from './objections.ts';
import { cardsReadBy } from './read-cards.ts';

/** Why an approval cannot be approved together with others: each is looked at first, or has nothing to look at. */
export type Hold = Extract<ProblemCode, 'STALE' | 'SECOND_FACTOR_REQUIRED' | 'CARD_UNREAD'>;

/** What holds these approvals back, by their cases; those that may be approved together are not named. */
export const holdsOf = async (
  services: Services,
  { reader, credential }: CardReader,
  approvals: readonly AskedApproval[],
): Promise<Map<string, Hold>> => {
  const holds = new Map<string, Hold>();
  for (const { row, approval, asking } of approvals) {
    if (asking !== undefined && subjectHashOf(asking) !== approval.subjectHash) {
      holds.set(row.caseId, 'STALE');
    } else if (asksSecondFactor(approval) && !hasSecondFactor(credential)) {
      holds.set(row.caseId, 'SECOND_FACTOR_REQUIRED');
    }
  }
  const free = approvals.filter(({ row }) => !holds.has(row.caseId));
  const green = await allGreen(services, reader, free);
  const looked = free.filter(({ row }) => !green.has(row.caseId));
  const contents = looked.map(({ row: { caseId }, approval: { subjectHash } }) => ({ caseId, subjectHash }));
  const read = await cardsReadBy(services, reader, contents);
  for (const { caseId } of contents) {
    if (!read.has(caseId)) holds.set(caseId, 'CARD_UNREAD');
  }
  return holds;
};

/** By the definition's own rule, and nobody was against it, nothing is missing and it is asked for the first time. */
const allGreen = async (
  services: Services,
  reader: Reader,
  approvals: readonly AskedApproval[],
): Promise<Set<string>> => {
  const likely: { row: AskedApproval['row']; asking: AskingCase }[] = [];
  for (const { row, asking } of approvals) {
    if (asking && isGreen(asking) && (await isComplete(services, reader, asking)))
      likely.push({ row, asking });
  }
  const caseIds = likely.map(({ row }) => row.caseId);
  const against = await approvalsWithDissent(services, reader, caseIds);
  const earlier = await earlierApprovals(services, likely);
  return new Set(caseIds.filter((caseId) => !against.has(caseId) && earlier.get(caseId)?.length === 0));
};

/** Nobody was against it before it was proposed, and no document is missing. */
const isComplete = async (services: Services, reader: Reader, asking: AskingCase): Promise<boolean> =>
  partOf(asking, reader, 'dissent').every(({ value }) => value === null || value === '' || value === 0) &&
  (await documentsOf(services, reader, asking)).every(({ status }) => status !== 'missing') &&
  (await objectionsOf(services, reader, asking)).length === 0;
