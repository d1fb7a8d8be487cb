import { and, eq, gte, lt } from 'drizzle-orm';
import type { GivenPromise } from '../../machines/people/promise-report.ts';
import type { Store } from '../open.ts';
import { deadlines, isPromise } from '../schema/cases.ts';
import { inSight, type Sight } from './sight.ts';

/** Promises that one report reads; a tenant with more asks for a shorter time. */
export const promisesMax = 20_000;

/**
 * The promises given in a time, the first given first. `from` and `to` are RFC 3339; `to` is not included.
 *
 * @param sight the cases that the reader may see
 */
export const listPromises = (
  store: Store,
  { tenant, from, to, sight }: { tenant: string; from: string; to: string; sight?: Sight },
): Promise<GivenPromise[]> =>
  store.read((db) =>
    db
      .select({ status: deadlines.status, stoppedAt: deadlines.stoppedAt, detail: deadlines.detail })
      .from(deadlines)
      .where(
        and(
          eq(deadlines.tenant, tenant),
          isPromise,
          gte(deadlines.startedAt, from),
          lt(deadlines.startedAt, to),
          inSight(sight, deadlines),
        ),
      )
      .orderBy(deadlines.startedAt, deadlines.caseId, deadlines.name)
      .limit(promisesMax)
      .all()
      .map(({ status, stoppedAt, detail }) => ({
        by: detail.adHoc?.by ?? '',
        status,
        ended: stoppedAt !== null,
      })),
  );
