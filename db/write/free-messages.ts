import { ne } from 'drizzle-orm';
import type { Store } from '../open.ts';
import { freeChannelDeliveriesIn } from '../own/notifications-deliveries.ts';
import { workerContacts } from '../schema/index.ts';
import { freeDeliveriesIn } from './outbox.ts';

/**
 * What messages dead workers had taken is due at once, where this is the only worker: then whatever was taken before it
 * began is nobody's. Beside another one a lost message comes back in its own time.
 *
 * @param beganAtMs before this worker took its first message
 */
export const freeMessages = (
  store: Store,
  { workerId, beganAtMs, nowMs }: { workerId: string; beganAtMs: number; nowMs: number },
): Promise<void> =>
  store.write((db) => {
    const other = db
      .select({ workerId: workerContacts.workerId })
      .from(workerContacts)
      .where(ne(workerContacts.workerId, workerId))
      .get();
    if (other === undefined) {
      freeDeliveriesIn(db, beganAtMs, nowMs);
      freeChannelDeliveriesIn(db, beganAtMs, nowMs);
    }
  });
