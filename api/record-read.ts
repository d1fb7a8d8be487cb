import type { Context } from 'hono';
import { appendRecord } from '../db/own/append-record.ts';
import type { Json } from '../machines/kernel/json.ts';
import type { AppEnv } from './env.ts';
import type { Services } from './services.ts';

/** Records that somebody reads something, before it is shown. `type` is past tense, such as `document.read`. */
export const recordRead = async (
  { store, now }: Services,
  c: Context<AppEnv>,
  type: string,
  subject: { kind: string; id: string },
  detail: { [key: string]: Json } = {},
): Promise<void> => {
  const { tenant, id } = c.get('person');
  await appendRecord(store, tenant, {
    at: new Date(now()).toISOString(),
    actorId: id,
    type,
    subject,
    detail: { ...detail, requestId: c.get('requestId') },
  });
};
