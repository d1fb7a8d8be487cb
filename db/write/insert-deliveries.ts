import type { Db } from '../open.ts';
import { perConnection, slots } from '../prepared.ts';
import { outbox } from '../schema/index.ts';
import type { Batch } from './project.ts';

const statements = perConnection((db) => ({
  insert: db.insert(outbox).values(slots(outbox)).onConflictDoNothing().prepare(),
}));

/** Messages to people wait in the outbox; the other effects are the workflow's own to carry out. */
export const insertDeliveries = (db: Db, { tenant, caseId, state, effects }: Batch): void => {
  const { insert } = statements(db);
  for (const effect of effects) {
    if (effect.type !== 'deliver') continue;
    insert.run({
      tenant,
      effectId: effect.id,
      caseId,
      seq: state.seq,
      kind: effect.type,
      payload: effect,
      status: 'pending',
      attempts: 0,
      nextAtMs: 0,
      lastErrorCode: null,
    });
  }
};
