import { oldestPendingSince } from '../db/log/oldest-pending.ts';
import { readSurge } from '../db/own/surge.ts';
import { embeddedTenant } from './embedded-tenant.ts';
import type { Services } from './services.ts';

export interface Readiness {
  ready: boolean;
  store: 'ok' | 'unavailable';
  engine: 'ok' | 'unavailable';
  /** Age of the oldest leaf that waits for its place in the log, in milliseconds; null where none waits. */
  oldestPendingLeafMs: number | null;
  /** The plan by which the company of this installation works in surge mode now, and until when; null: it is off. */
  surge: { plan: string; until: string } | null;
}

const checkWithinMs = 900;

/** Whether requests can be served now; answers within a second, whatever is away. */
export const readiness = async ({ store, cases, now }: Services): Promise<Readiness> => {
  const [oldest, engine, surge] = await Promise.all([
    within(checkWithinMs, oldestPendingSince(store)),
    within(checkWithinMs, cases.isReachable()),
    within(checkWithinMs, readSurge(store, embeddedTenant, now())),
  ]);
  const storeOk = oldest !== 'failed';
  const engineOk = engine === true;
  return {
    ready: storeOk && engineOk,
    store: storeOk ? 'ok' : 'unavailable',
    engine: engineOk ? 'ok' : 'unavailable',
    surge:
      surge === undefined || surge === 'failed'
        ? null
        : { plan: `${surge.plan.id}@${surge.plan.version}`, until: surge.until },
    oldestPendingLeafMs: storeOk && oldest !== null ? Math.max(0, now() - Date.parse(oldest)) : null,
  };
};

const within = async <T>(ms: number, work: Promise<T>): Promise<T | 'failed'> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'failed'>((resolve) => {
    timer = setTimeout(() => resolve('failed'), ms);
  });
  try {
    return await Promise.race([work.catch(() => 'failed' as const), late]);
  } finally {
    clearTimeout(timer);
  }
};
