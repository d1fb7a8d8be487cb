import { and, eq, lt, ne } from 'drizzle-orm';
import type { Store } from '../open.ts';
import { workerContacts } from '../schema/index.ts';

/** Times are epoch milliseconds. */
export interface WorkerContact {
  workerId: string;
  aliveAtMs: number;
  /** What was stored before then, the runs of its cases know. */
  knownUntilMs: number;
}

/**
 * Keeps a worker's sign of life, and takes over what workers without one since `deadBeforeMs` have left, in one
 * transaction.
 *
 * @returns the earliest `knownUntilMs` of those, which this worker's is now, too; undefined where there were none
 */
export const keepContact = (
  store: Store,
  contact: WorkerContact,
  deadBeforeMs: number,
): Promise<number | undefined> =>
  store.write((db) => {
    const left = db
      .delete(workerContacts)
      .where(and(ne(workerContacts.workerId, contact.workerId), lt(workerContacts.aliveAtMs, deadBeforeMs)))
      .returning({ knownUntilMs: workerContacts.knownUntilMs })
      .all()
      .map(({ knownUntilMs }) => knownUntilMs);
    const { aliveAtMs } = contact;
    const set = { aliveAtMs, knownUntilMs: Math.min(contact.knownUntilMs, ...left) };
    db.insert(workerContacts)
      .values({ ...contact, ...set })
      .onConflictDoUpdate({ target: workerContacts.workerId, set })
      .run();
    return left.length === 0 ? undefined : Math.min(...left);
  });

/** Nothing that this worker stored is left to tell. */
export const endContact = (store: Store, workerId: string): Promise<void> =>
  store.write((db) => {
    db.delete(workerContacts).where(eq(workerContacts.workerId, workerId)).run();
  });
