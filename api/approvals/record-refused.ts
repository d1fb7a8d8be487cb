import type { Context } from 'hono';
import { appendRecord } from '../../db/own/append-record.ts';
import type { AppEnv } from '../env.ts';
import { routePattern, type Subject } from '../idempotency.ts';
import type { Services } from '../services.ts';

/** Records the refusal of an answer that never reaches its case; what the case refuses is recorded with it. */
export const recordRefused = async (
  { store, now }: Services,
  c: Context<AppEnv>,
  subject: Subject,
  detail: { code: string; batchId?: string },
): Promise<void> => {
  const { tenant, id } = c.get('person');
  await appendRecord(store, tenant, {
    at: new Date(now()).toISOString(),
    ...{ actorId: id, type: 'command.refused', subject },
    detail: { ...detail, route: `${c.req.method} ${routePattern(c)}`, requestId: c.get('requestId') },
  });
};
