import type { CaseRow } from '../../db/read/get-case.ts';
import type { Title } from '../../machines/kernel/definition.ts';
import { documentsView } from '../../machines/kernel/machine-context.ts';
import type { CaseDocument } from '../../machines/kernel/state.ts';
import type { Published } from '../definitions.ts';
import type { Reader } from '../reader.ts';
import { maySeeRestricted } from '../rights.ts';
import type { Services } from '../services.ts';
import type { AskingCase } from './asking-case.ts';
import { relatedCases } from './related-cases.ts';

/** A document of the asking case or of one that its card names, or one that the checklist there misses. */
export interface CardDocument {
  title: Title;
  status: CaseDocument['status'] | 'missing';
  /** RFC 3339; null for a missing one. */
  at: string | null;
  /** Number of the case that it is in, where that is not the asking one. */
  number?: string;
}

/** The documents that a decision rests on, without those that are marked for others or lie in cases out of sight. */
export const documentsOf = async (
  services: Services,
  reader: Reader,
  { card, published, row }: AskingCase,
): Promise<CardDocument[]> => {
  const found = inCase(published, row, reader);
  for (const rel of card.documents ?? []) {
    for (const other of await relatedCases(services, reader, row, [rel])) {
      const theirs = await services.definitions.ofCase(other.tenant, other.definitionHash);
      const { number } = other;
      found.push(...inCase(theirs, other, reader).map((each) => ({ ...each, number })));
    }
  }
  return found;
};

const inCase = (
  { document, runtime }: Published,
  { state: { documents } }: CaseRow,
  reader: Reader,
): CardDocument[] => {
  const isSeen = (key: string): boolean =>
    maySeeRestricted(reader, runtime.documents?.[key]?.['x-restricted']);
  const titleOf = (key: string): Title =>
    document.documents?.[key]?.title ??
    (key === 'other' ? { zh: '其他材料', en: 'Other' } : { zh: key, en: key });
  const { missing = [] } = documentsView(runtime.documents ?? {}, documents) as { missing?: string[] };
  return [
    ...documents
      .filter(({ key }) => isSeen(key))
      .map(({ key, status, at }) => ({ title: titleOf(key), status, at })),
    ...missing.filter(isSeen).map((key) => ({ title: titleOf(key), status: 'missing' as const, at: null })),
  ];
};
