import { and, eq, gt, inArray, lte, ne } from 'drizzle-orm';
import type { Store } from '../open.ts';
import { partyLeases } from '../schema/index.ts';

export interface PartyLease {
  tenant: string;
  /** All that stand for the party. */
  parties: string[];
  commandId: string;
}

/**
 * Takes the right to decide about a party until then, unless another command has it; all of its names or none.
 *
 * @param nowMs, untilMs epoch milliseconds; whoever died with it holds it no longer than that
 */
export const takePartyLease = (
  store: Store,
  { tenant, parties, commandId }: PartyLease,
  { nowMs, untilMs }: { nowMs: number; untilMs: number },
): Promise<boolean> =>
  store.write((db) => {
    db.delete(partyLeases)
      .where(and(eq(partyLeases.tenant, tenant), lte(partyLeases.untilMs, nowMs)))
      .run();
    const [other] = db
      .select({ party: partyLeases.party })
      .from(partyLeases)
      .where(
        and(
          eq(partyLeases.tenant, tenant),
          inArray(partyLeases.party, parties),
          ne(partyLeases.commandId, commandId),
          gt(partyLeases.untilMs, nowMs),
        ),
      )
      .all();
    if (other) {
      return false;
    }
    for (const party of parties) {
      db.insert(partyLeases)
        .values({ tenant, party, commandId, untilMs })
        .onConflictDoUpdate({ target: [partyLeases.tenant, partyLeases.party], set: { commandId, untilMs } })
        .run();
    }
    return true;
  });

export const endPartyLease = (
  store: Store,
  { tenant, commandId }: Pick<PartyLease, 'tenant' | 'commandId'>,
): Promise<void> =>
  store.write((db) => {
    db.delete(partyLeases)
      .where(and(eq(partyLeases.tenant, tenant), eq(partyLeases.commandId, commandId)))
      .run();
  });
