import { type CaseRow, type EntryRow, entriesOf } from '../../db/read/get-case.ts';
import type { Title } from '../../machines/kernel/definition.ts';
import type { EntryLeaf } from '../../machines/kernel/entry.ts';
import type { Json, JsonObject } from '../../machines/kernel/json.ts';
import type { Reader } from '../reader.ts';
import { maySeeRestricted } from '../rights.ts';
import type { Services } from '../services.ts';
import { unseal } from '../unseal.ts';
import type { AskingCase } from './asking-case.ts';
import { relatedCases } from './related-cases.ts';

/** What a department has said against it before it was proposed. */
export interface Objection {
  department: Title;
  /** As far as the reader may know it. */
  why: string | null;
  /** RFC 3339. */
  at: string;
  /** Number of the case in which it was said. */
  number: string;
}

/** The objections in the last such event of the last case that has one, as the card's definition says where they stand. */
export const objectionsOf = async (
  services: Services,
  reader: Reader,
  { card: { objections }, row }: AskingCase,
): Promise<Objection[]> => {
  if (objections === undefined) {
    return [];
  }
  const { through, event, list, titles = {} } = objections;
  for (const other of (await relatedCases(services, reader, row, through)).toReversed()) {
    const entry = await lastOf(services, other, event);
    if (entry !== undefined) {
      const { data: brought } = JSON.parse(entry.leaf) as EntryLeaf;
      const said = (brought as { data?: JsonObject } | null)?.data?.[list];
      return maySeeRestricted(reader, entry.restrictedTo) && Array.isArray(said)
        ? Promise.all(
            (said as { department: string; why: Json }[]).map(async ({ department, why }) => {
              const read = await unseal(services.vault, reader, why);
              return {
                department: titles[department] ?? { zh: department, en: department },
                why: typeof read === 'string' ? read : null,
                ...{ at: entry.at, number: other.number },
              };
            }),
          )
        : [];
    }
  }
  return [];
};

/** Entries that are looked through for it at most, from the newest. */
const entriesMax = 1_000;
const pageMax = 200;

const lastOf = async (
  { store }: Services,
  { tenant, caseId, lastSeq }: CaseRow,
  type: string,
): Promise<EntryRow | undefined> => {
  for (let upTo = lastSeq; upTo > 0 && upTo > lastSeq - entriesMax; upTo -= pageMax) {
    const afterSeq = Math.max(0, upTo - pageMax);
    const page = await entriesOf(store, { tenant, caseId, afterSeq, limit: upTo - afterSeq });
    const found = page.findLast((entry) => entry.type === type);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
};
