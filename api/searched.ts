import type { Context } from 'hono';
import type { Page } from '../db/read/cursor.ts';
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
  q: string | undefined,
  lists: Lists<T>,
): Promise<Page<T>> => {
  if (q === undefined) {
    return lists.all();
  }
  const person = c.get('person');
  const { tenant } = person;
  const record = (by: string, cases: string[]): Promise<void> =>
    recordRead(services, c, type, { kind: 'tenant', id: tenant }, { by, cases });
  const found = maySeePersonal(person) ? await searchCases(services.vault, { tenant, text: q }) : [];
  if (found.length > 0) {
    await record('personal-value', found);
    return lists.ofCases(found);
  }
  const { by, ...page } = await lists.byText(q);
  if (by === 'text' && page.items.length > 0) {
    await record('text', [...new Set(page.items.map(({ caseId }) => caseId))]);
  }
  return page;
};
