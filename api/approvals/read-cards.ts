import type { Context } from 'hono';
import { type CardContent, readCards } from '../../db/read/read-cards.ts';
import type { AppEnv } from '../env.ts';
import type { Reader } from '../reader.ts';
import { recordRead } from '../record-read.ts';
import type { Services } from '../services.ts';

/** Records that the reader has the card before them, with what it asks to be signed. */
export const recordCardRead = (
  services: Services,
  c: Context<AppEnv>,
  { caseId, subjectHash }: CardContent,
): Promise<void> => recordRead(services, c, cardRead, { kind: 'case', id: caseId }, { subjectHash });

/** The cases among these whose card this person has had before them with this content. */
export const cardsReadBy = (
  { store }: Services,
  { tenant, id: personId }: Pick<Reader, 'tenant' | 'id'>,
  cards: readonly CardContent[],
): Promise<Set<string>> => readCards(store, { tenant, personId, type: cardRead, cards });

const cardRead = 'approval.read';
