import { lowestCommonSuperior } from '../../machines/people/lowest-common-superior.ts';
import type { Db } from '../open.ts';
import { isAwayIn } from '../own/absences.ts';
import { hierarchyIn } from '../own/hierarchy.ts';
import { personIn } from '../own/people.ts';
import { isHiddenIn } from './out-of-sight.ts';

/** The nearest superior of two people who is there now and has a part in the case; null where they have none in common. */
export const commonSuperiorIn = (
  db: Db,
  { tenant, caseId }: { tenant: string; caseId: string },
  [one, other]: readonly [string, string],
  nowMs: number,
): string | null =>
  lowestCommonSuperior(one, other, hierarchyIn(db, tenant, nowMs), (id) => {
    const person = personIn(db, tenant, id, nowMs);
    return person?.status === 'active' && !isAwayIn(db, tenant, id, nowMs) && !isHiddenIn(db, person, caseId);
  });
