import { kindOfRights } from '../db/read/asking-case.ts';
import { type CaseRow, getCase } from '../db/read/get-case.ts';
import { getCases } from '../db/read/get-cases.ts';
import type { Json } from '../machines/kernel/json.ts';
import { allowedView, caseView } from './case-view.ts';
import { actorOf, withAskedFacts } from './facts.ts';
import { Condition } from './problem.ts';
import type { Reader } from './reader.ts';
import type { Services } from './services.ts';
import { inSightAmong, isInSight } from './sight.ts';
import { unseal } from './unseal.ts';

/** Shape of the ids of cases, tasks and documents; what has another shape cannot be one. */
export const idPattern = /^[A-Za-z0-9._-]{1,120}$/;

/** The case, if there is one that this reader may see. A missing one and one out of sight are the same. */
export const findVisibleCase = async (
  services: Services,
  reader: Reader,
  caseId: string,
): Promise<CaseRow | undefined> =>
  idPattern.test(caseId) && (await isInSight(services, reader, caseId))
    ? getCase(services.store, { tenant: reader.tenant, caseId })
    : undefined;

/** Those of these cases that this reader may see, by their ids; at most as many as a page or a batch holds. */
export const visibleCases = async (
  services: Pick<Services, 'store' | 'now'>,
  reader: Reader,
  caseIds: readonly string[],
): Promise<Map<string, CaseRow>> => {
  const asked = caseIds.filter((caseId) => idPattern.test(caseId));
  const seen = await inSightAmong(services, reader, asked);
  return getCases(
    services.store,
    reader.tenant,
    asked.filter((caseId) => seen.has(caseId)),
  );
};

/** @throws Condition `NOT_FOUND` */
export const visibleCase = async (services: Services, reader: Reader, caseId: string): Promise<CaseRow> => {
  const row = await findVisibleCase(services, reader, caseId);
  if (!row) {
    throw new Condition('NOT_FOUND', 'There is no such case.');
  }
  return row;
};

/** A case with what the reader may do now; personal values stand in it as references. */
export const sealedCase = async (services: Services, reader: Reader, row: CaseRow): Promise<Json> => {
  const { store, definitions, now } = services;
  const { state } = row;
  const kind = await kindOfRights(store, row);
  const actor = await actorOf(store, reader, { nowMs: now(), kind });
  const published = await definitions.ofCase(row.tenant, row.definitionHash);
  const compiled = await definitions.compiledOf(state);
  const facts = await withAskedFacts(services, published.runtime, state, { actor });
  const at = new Date(now()).toISOString();
  const clock = state.mode === 'historical' || at < state.clockAt ? state.clockAt : at;
  return {
    ...caseView({ row, published, reader }),
    ...allowedView(compiled, state, published, facts, clock),
  };
};

/** A case as an answer to this reader. */
export const presentCase = async (services: Services, reader: Reader, row: CaseRow): Promise<Json> =>
  unseal(services.vault, reader, await sealedCase(services, reader, row));
