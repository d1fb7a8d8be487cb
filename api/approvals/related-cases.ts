import type { CaseRow } from '../../db/read/get-case.ts';
import { visibleCases } from '../present-case.ts';
import type { Reader } from '../reader.ts';
import type { Services } from '../services.ts';

/** Cases that one relation of a case is followed to, the newest links. */
const relatedMax = 50;

/**
 * The cases that relations lead to from a case, one relation after the other, in the order of the links; without those
 * that the reader may not see, and what lies behind them.
 */
export const relatedCases = async (
  services: Services,
  reader: Reader,
  from: CaseRow,
  through: readonly string[],
): Promise<CaseRow[]> => {
  let rows = [from];
  for (const rel of through) {
    const ids = rows
      .flatMap(({ state }) => state.links.filter((link) => link.rel === rel).map(({ caseId }) => caseId))
      .slice(-relatedMax);
    const seen = await visibleCases(services, reader, ids);
    rows = [...new Set(ids)].flatMap((id) => seen.get(id) ?? []);
  }
  return rows;
};
