import type { Context } from 'hono';
import { hasReadCard } from '../../db/read/read-cards.ts';
import type { AppEnv } from '../env.ts';
import { recordRead } from '../record-read.ts';
import type { Services } from '../services.ts';
import type { ApprovalCard } from './card.ts';

/** Records that the reader has the card before them, with what it asks to be signed. */
export const recordCardRead = (
  services: Services,
  c: Context<AppEnv>,
  { caseId, subjectHash }: Pick<ApprovalCard, 'caseId' | 'subjectHash'>,
): Promise<void> => recordRead(services, c, cardRead, { kind: 'case', id: caseId }, { subjectHash });

/** Whether this person has had this card, with this content, before them. */
export const isCardRead = (
  { store }: Services,
  c: Context<AppEnv>,
  { caseId, subjectHash }: Pick<ApprovalCard, 'caseId' | 'subjectHash'>,
): Promise<boolean> => {
  const { tenant, id: personId } = c.get('person');
  return hasReadCard(store, { tenant, personId, caseId, subjectHash, type: cardRead });
};

const cardRead = 'approval.read';
