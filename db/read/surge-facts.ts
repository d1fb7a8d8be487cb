import type { JsonObject } from '../../machines/kernel/json.ts';
import { type SurgeFact, surgeFact } from '../../machines/surge/plan.ts';
import type { Store } from '../open.ts';
import { readSurge } from '../own/surge.ts';
import { getCase } from './get-case.ts';

/** What the facts of a command say of surge mode: nothing while it is off, or promises nothing in such cases. */
type SurgeFacts = { surge?: SurgeFact & JsonObject };

/** For a case of this kind, as of an instant (epoch milliseconds). */
export const readSurgeFacts = async (
  store: Store,
  { tenant, kind }: { tenant: string; kind: string },
  nowMs: number,
): Promise<SurgeFacts> => {
  const on = await readSurge(store, tenant, nowMs);
  const surge = on && surgeFact(on.plan, kind, on.until);
  return surge === undefined ? {} : { surge };
};

/** For a case of which only the id is known: it is read while surge mode is on, not otherwise. */
export const readSurgeFactsOfCase = async (
  store: Store,
  { tenant, caseId }: { tenant: string; caseId: string },
  nowMs: number,
): Promise<SurgeFacts> => {
  const isOn = (await readSurge(store, tenant, nowMs)) !== undefined;
  const row = isOn ? await getCase(store, { tenant, caseId }) : undefined;
  return row ? readSurgeFacts(store, row, nowMs) : {};
};
