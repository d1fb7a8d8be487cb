import type { Context } from 'hono';
import { listOfCursor, type Page } from '../db/read/cursor.ts';
import { searchCases } from '../db/vault/search.ts';
import type { AppEnv } from './env.ts';
import { recordRead } from './record-read.ts';
import { maySeePersonal } from './rights.ts';
import type { Services } from './services.ts';

/** The ways in which a list is asked for. */
export interface Lists<T> {
  all: () => Promise<Page<T>>;
  /** Of these cases only. */
  ofCases: (caseIds: string[]) => Promise<Page<T>>;
  byText: (text: string) => Promise<Page<T> & { by: 'number' | 'text' }>;
}

/**
 * A page of a list, searched by `q`: exactly by a personal value, for who sees those; else by a number's beginning; else in
 * the open texts. What finds more than a number is recorded, with the cases and without what was asked.
 *
 * @param type of the record: past tense
 */
export const searched = async <T extends { caseId: string }>(
  services: Services,
  c: Context<AppEnv>,
  type: string,
  { q, cursor }: { q: string | undefined; cursor: string | undefined },
  lists: Lists<T>,
): Promise<Page<T>> => {
  if (q === undefined) {
    return lists.all();
  }
  const person = c.get('person');
  const { tenant } = person;
  const shown = async (by: string, page: Page<T>): Promise<Page<T>> => {
    const cases = [...new Set(page.items.map(({ caseId }) => caseId))];
    await recordRead(services, c, type, { kind: 'tenant', id: tenant }, { by, cases });
    return page;
  };
  const goesOnOtherwise = cursor !== undefined && /\/(number|text)$/.test(listOfCursor(cursor));
  const found =
    maySeePersonal(person) && !goesOnOtherwise ? await searchCases(services.vault, { tenant, text: q }) : [];
  // A value that stands only where the reader may not look is found no more than one that stands nowhere.
  const exact = found.length > 0 ? await lists.ofCases(found) : undefined;
  if (exact && (exact.items.length > 0 || cursor !== undefined)) {
    return shown('personal-value', exact);
  }
  const { by, ...page } = await lists.byText(q);
  return by === 'text' && page.items.length > 0 ? shown('text', page) : page;
};
