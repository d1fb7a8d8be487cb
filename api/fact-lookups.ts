import type { Store } from '../db/open.ts';
import { type CaseRow, getCase } from '../db/read/get-case.ts';
import { openValues } from '../db/vault/open-values.ts';
import type { Vault } from '../db/vault/open-vault.ts';
import { searchCases } from '../db/vault/search.ts';
import type { Facts } from '../machines/kernel/command.ts';
import type { Json } from '../machines/kernel/json.ts';
import { isSealed } from '../machines/kernel/json-schema-value.ts';
import { ledgerSums } from '../machines/kernel/ledger.ts';
import type { CaseState } from '../machines/kernel/state.ts';

/** What facts are found by; of a case that is to be opened, only its links. */
export type FactState = Pick<CaseState, 'tenant' | 'caseId' | 'kind' | 'links' | 'ledger' | 'data'>;

export interface FactSources {
  store: Store;
  vault: Vault;
}

type Lookup = (sources: FactSources, state: FactState, facts: Facts) => Promise<Json>;

const claimKinds = ['claim', 'exposure'];
const dayMs = 86_400_000;

/** What the claim's ledger sums to, all of its exposures included; an exposure asks for its claim's. */
const claimTotals: Lookup = async ({ store }, state) => {
  const claim = await claimOf(store, state);
  const { reserve, approved, paid } = ledgerSums(claim.ledger);
  return { reserve, approved, paid } as unknown as Json;
};

const claimOf = async (store: Store, state: FactState): Promise<Pick<FactState, 'ledger'>> => {
  if (state.kind === 'claim') {
    return state;
  }
  const linked = await linkedCases(store, state, ({ rel }) => rel === 'part-of');
  return linked.find(({ kind }) => kind === 'claim')?.state ?? state;
};

/** Whether the person has worked on a claim that the case is about: nobody judges a complaint about themselves. */
const conflictOfInterest: Lookup = async ({ store }, state, { actor, onBehalfOf }) => {
  const { id, sameAs = [] } = onBehalfOf && 'actor' in onBehalfOf ? onBehalfOf.actor : actor;
  const me = [id, ...sameAs];
  const others = await linkedCases(store, state, ({ rel }) => rel !== 'part-of');
  return others.some(
    ({ kind, owner, state: { acted } }) =>
      claimKinds.includes(kind) &&
      [owner, ...Object.values(acted).flat()].some((person) => person !== null && me.includes(person)),
  );
};

/** Whether another claim on the policy has the same plate or place, with a loss at most a day apart. */
const duplicateClaim: Lookup = async ({ store, vault }, { tenant, caseId, data }) => {
  const refs = [data.plate, data.lossPlace].flatMap((value) =>
    isSealed(value) ? [(value as { ref: string }).ref] : [],
  );
  const opened = await openValues(vault, tenant, refs);
  const texts = [...opened.values()].flatMap((each) =>
    'value' in each && typeof each.value === 'string' ? [each.value] : [],
  );
  const found = await Promise.all(texts.map((text) => searchCases(vault, { tenant, text })));
  const others = await Promise.all(
    [...new Set(found.flat())]
      .filter((id) => id !== caseId)
      .map((id) => getCase(store, { tenant, caseId: id })),
  );
  return others.some(
    (other) =>
      other?.kind === 'claim' &&
      other.state.data.policyNumber === data.policyNumber &&
      Math.abs(dayOf(other.state.data.lossOn) - dayOf(data.lossOn)) <= dayMs,
  );
};

const dayOf = (on: Json | undefined): number =>
  typeof on === 'string' ? Date.parse(`${on}T00:00:00Z`) : Number.NaN;

const linkedCases = async (
  store: Store,
  { tenant, links }: FactState,
  which: (link: FactState['links'][number]) => boolean,
): Promise<CaseRow[]> => {
  const rows = await Promise.all(links.filter(which).map(({ caseId }) => getCase(store, { tenant, caseId })));
  return rows.filter((row) => row !== undefined);
};

/** Facts that a definition may ask for by name, and how each is found. */
export const factLookups: { readonly [name: string]: Lookup } = {
  claimTotals,
  conflictOfInterest,
  duplicateClaim,
};
