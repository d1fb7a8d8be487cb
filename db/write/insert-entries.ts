import { pendLeaves } from '../log/pend-leaves.ts';
import type { Db } from '../open.ts';
import { perConnection, slots } from '../prepared.ts';
import { entries } from '../schema/index.ts';
import type { ReadEntry } from './new-entries.ts';
import type { Batch } from './project.ts';

const statements = perConnection((db) => ({
  insert: db.insert(entries).values(slots(entries)).prepare(),
}));

export const insertEntries = (db: Db, { tenant, caseId }: Batch, fresh: ReadEntry[]): void => {
  const { insert } = statements(db);
  for (const entry of fresh) {
    const { seq, epoch, at, due, type, actorId, commandId, leaf, hash, prevHash } = entry;
    const restrictedTo = entry.restrictedTo ? JSON.stringify(entry.restrictedTo) : null;
    insert.run({
      tenant,
      caseId,
      seq,
      epoch,
      at,
      due,
      type,
      actorId,
      commandId,
      leaf,
      hash,
      prevHash,
      restrictedTo,
    });
  }
  pendLeaves(
    db,
    tenant,
    fresh.map(({ seq, hash }) => ({ kind: 'entry', caseId, number: seq, hash })),
  );
};
