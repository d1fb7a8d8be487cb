import type { Store } from '../db/open.ts';
import { personIn } from '../db/own/people.ts';
import { complainedOf as readComplainedOf } from '../db/read/complained-of.ts';
import { type CaseRow, getCase } from '../db/read/get-case.ts';
import { keepingSuperiorsIn } from '../db/read/out-of-sight.ts';
import { openValues } from '../db/vault/open-values.ts';
import type { Vault } from '../db/vault/open-vault.ts';
import { foundMax, searchCases } from '../db/vault/search.ts';
import { isPlainObject } from '../machines/kernel/canonical-json.ts';
import type { Facts } from '../machines/kernel/command.ts';
import type { Json, JsonObject } from '../machines/kernel/json.ts';
import { isSealed } from '../machines/kernel/json-schema-value.ts';
import { ledgerSums } from '../machines/kernel/ledger.ts';
import { approvedSince, noCurrency, partyDays } from '../machines/kernel/policy/party-total.ts';
import type { CaseState, LedgerLine } from '../machines/kernel/state.ts';

/** What facts are found by; of a case that is to be opened, only its links. */
export type FactState = Pick<CaseState, 'tenant' | 'caseId' | 'kind' | 'links' | 'ledger' | 'data'>;

export interface FactSources {
  store: Store;
  vault: Vault;
  /** Epoch milliseconds. */
  now: () => number;
}

type Lookup = (sources: FactSources, state: FactState, facts: Facts) => Promise<Json>;

const dayMs = 86_400_000;

/**
 * What the claim's ledger sums to, all of its exposures included; an exposure asks for its claim's. Exposures in several
 * currencies do not add up.
 */
const claimTotals: Lookup = async ({ store }, state) => {
  const claim = await claimOf(store, state);
  const ledger = await wholeLedger(store, claim);
  const isMixed = new Set(ledger.map(({ amount }) => amount.currency)).size > 1;
  const { reserve, approved, paid } = ledgerSums(ledger);
  const sums = { reserve, approved, paid };
  return Object.fromEntries(
    Object.entries(sums).map(([line, sum]) => [
      line,
      isMixed ? { ...sum, currency: noCurrency } : { ...sum },
    ]),
  );
};

/**
 * A claim's ledger with the lines of its exposures as they are stored with them: what one has approved is there at once,
 * and in the claim's own ledger only when it has been told.
 */
const wholeLedger = async (store: Store, claim: FactState): Promise<LedgerLine[]> => {
  const exposures = await linkedCases(store, claim, ({ rel }) => rel === 'part-of');
  const theirs = new Map(exposures.map(({ caseId, state }) => [caseId, state.ledger]));
  const own = claim.ledger.filter(({ caseId }) => caseId === undefined || !theirs.has(caseId));
  return [...own, ...[...theirs.values()].flat()];
};

/** The claim of an exposure; any other case is its own matter. */
const claimOf = async (store: Store, state: FactState): Promise<FactState> => {
  if (state.kind === 'claim') {
    return state;
  }
  const linked = await linkedCases(store, state, ({ rel }) => rel === 'part-of');
  return linked.find(({ kind }) => kind === 'claim')?.state ?? state;
};

/** Who worked on a claim that the case is about: its definition keeps them out of it from its opening on. */
const complainedOf: Lookup = async ({ store }, state) =>
  (await readComplainedOf(store, state)) as unknown as Json;

/**
 * Whether the person has worked on a claim that the case is about, under any account, or reports to somebody who has, or
 * whoever lent them a right that they may use now: nobody judges a complaint about themselves or their superior.
 */
const conflictOfInterest: Lookup = async ({ store }, state, { actor, onBehalfOf }) => {
  const about = await readComplainedOf(store, state);
  if (about.length === 0) {
    return false;
  }
  const concerned = new Set(about.flatMap(({ id, sameAs = [] }) => [id, ...sameAs]));
  const { id, sameAs = [], actsFor = [] } = onBehalfOf && 'actor' in onBehalfOf ? onBehalfOf.actor : actor;
  const accounts = [id, ...sameAs, ...actsFor.flatMap((lent) => [lent.personId, ...(lent.sameAs ?? [])])];
  const superiors = await store.read((db) =>
    [id, ...actsFor.map(({ personId }) => personId)].flatMap((each) => {
      const person = personIn(db, state.tenant, each);
      return person === undefined ? [] : keepingSuperiorsIn(db, person);
    }),
  );
  return [...accounts, ...superiors].some((each) => concerned.has(each));
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

/** Who gets the money, or asks for it, as far as the case knows: exact values by which their other cases are found. */
const partyFields = [
  ['payee', 'account'],
  ['reporter', 'phone'],
  ['complainant', 'phone'],
  ['complainant', 'email'],
  ['complainant', 'idNumber'],
] as const;

const partyRefs = ({ data }: Pick<FactState, 'data'>): string[] =>
  partyFields.flatMap(([part, field]) => {
    const whole = data[part];
    const value = isPlainObject(whole) ? (whole as JsonObject)[field] : undefined;
    return isSealed(value) ? [(value as { ref: string }).ref] : [];
  });

/** Exact values by which the cases of whoever gets the money are found; none where the case knows nobody. */
export const partyTexts = async ({ store, vault }: FactSources, state: FactState): Promise<string[]> => {
  const claim = await claimOf(store, state);
  const opened = await openValues(vault, state.tenant, [...partyRefs(state), ...partyRefs(claim)]);
  return [...opened.values()].flatMap((each) =>
    'value' in each && typeof each.value === 'string' ? [each.value] : [],
  );
};

/** What was approved for the same party in the last 90 days, in all of their cases; this one's claim is among them. */
const partyTotals: Lookup = async (sources, state) => {
  const { store, vault, now } = sources;
  const { tenant } = state;
  const claim = await claimOf(store, state);
  const texts = await partyTexts(sources, state);
  const found = await Promise.all(texts.map((text) => searchCases(vault, { tenant, text })));
  const rows = await Promise.all(
    [...new Set(found.flat())].map((caseId) => getCase(store, { tenant, caseId })),
  );
  const matters = new Map<string, FactState>([[claim.caseId, claim]]);
  for (const row of rows) {
    const matter = row && (await claimOf(store, row.state));
    if (matter && !matters.has(matter.caseId)) matters.set(matter.caseId, matter);
  }
  const since = new Date(now() - partyDays * dayMs).toISOString();
  const ledgers = await Promise.all([...matters.values()].map((matter) => wholeLedger(store, matter)));
  const approved = approvedSince(ledgers, since);
  // Where there may be more cases than a search finds, nobody knows the sum.
  const isWhole = found.every(({ length }) => length < foundMax);
  return {
    approved: isWhole ? { ...approved } : { ...approved, currency: noCurrency },
    cases: matters.size,
  };
};

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
  complainedOf,
  conflictOfInterest,
  duplicateClaim,
  partyTotals,
};
