import type { Db, Store } from '../db/open.ts';
import { actingData } from '../db/own/acting.ts';
import { getPerson, type Person, personIn } from '../db/own/people.ts';
import { policyIn } from '../db/own/policies.ts';
import { keepingSuperiorsIn } from '../db/read/out-of-sight.ts';
import { readSurgeFacts } from '../db/read/surge-facts.ts';
import { asksSecondFactor } from '../machines/kernel/approval/second-factor.ts';
import type { Actor, Facts } from '../machines/kernel/command.ts';
import type { RuntimeDefinition } from '../machines/kernel/definition.ts';
import { mayUse } from '../machines/kernel/policy.ts';
import type { CaseState } from '../machines/kernel/state.ts';
import { effectiveActor } from '../machines/people/effective-actor.ts';
import { type FactSources, type FactState, factLookups } from './fact-lookups.ts';
import { Refused } from './problem.ts';
import { type Credential, hasSecondFactor } from './sign-in/credential.ts';

/** For whom a command is sent: the customer, or in an import the person who did it then. */
export type OnBehalfOf = { customer: true } | { personId: string };

/** When a person acts, and in what kind of case, where in one: rights differ by both. */
export interface ActingAt {
  nowMs: number;
  kind?: string;
}

/** What the kernel must know of a person now: what they hold, and whose work they do beside their own. */
export const actorOf = async (store: Store, person: Person, { nowMs, kind }: ActingAt): Promise<Actor> =>
  effectiveActor(await actingData(store, person, nowMs), { nowMs, caseKind: kind });

/** Who acts, and for whom. @throws Refused where the person may not act for that one */
export const actingFacts = async (
  store: Store,
  person: Person,
  onBehalfOf: OnBehalfOf | undefined,
  mode: CaseState['mode'],
  at: ActingAt,
  excluded?: CaseState['excluded'],
): Promise<Facts> => {
  const actor = await placedActor(store, person, await actorOf(store, person, at), excluded);
  if (onBehalfOf === undefined) {
    return { actor };
  }
  if ('customer' in onBehalfOf) {
    return { actor, onBehalfOf };
  }
  if (!mayUse(await store.read((db) => policyIn(db, person.tenant)), { actor }, 'case.import')) {
    throw new Refused('ROLE_REQUIRED', 'Only who imports cases acts for other people.');
  }
  if (mode !== 'historical') {
    throw new Refused('NOT_HISTORICAL', 'Acting for other people is for cases that are being imported.');
  }
  const other = await getPerson(store, person.tenant, onBehalfOf.personId, at.nowMs);
  if (!other) {
    throw new Refused('PERSON_UNKNOWN', 'There is no such person.', {
      errors: [{ pointer: '/onBehalfOf/personId', message: 'is nobody here' }],
    });
  }
  const performed = await placedActor(store, other, await actorOf(store, other, at), excluded);
  return { actor, onBehalfOf: { actor: performed } };
};

/** With whom the actor and their lenders report to, which counts where a case keeps people out. */
const placedActor = (
  store: Store,
  person: Person,
  actor: Actor,
  excluded: CaseState['excluded'],
): Promise<Actor> =>
  excluded === undefined ? Promise.resolve(actor) : store.read((db) => withSuperiorsIn(db, person, actor));

const withSuperiorsIn = (db: Db, person: Person, { actsFor, ...actor }: Actor): Actor => {
  const above = (one: Person | undefined): { reportsTo?: string[] } => {
    const ids = one === undefined ? [] : keepingSuperiorsIn(db, one);
    return ids.length === 0 ? {} : { reportsTo: ids };
  };
  return {
    ...actor,
    ...above(person),
    ...(actsFor === undefined
      ? {}
      : {
          actsFor: actsFor.map((lent) => ({
            ...lent,
            ...above(personIn(db, person.tenant, lent.personId)),
          })),
        }),
  };
};

/**
 * The facts with whether this session has proved a second factor, where the decision that the case makes asks for one:
 * nobody else's entries tell how they signed in.
 */
export const withSecondFactor = (
  facts: Facts,
  { signing }: Pick<CaseState, 'signing'>,
  credential: Credential,
): Facts =>
  signing && asksSecondFactor(signing.approval) && hasSecondFactor(credential)
    ? { ...facts, actor: { ...facts.actor, secondFactor: true } }
    : facts;

/** The facts with what the definition asks for beside the actor, and what surge mode promises, as of now. */
export const withAskedFacts = async (
  sources: FactSources,
  definition: RuntimeDefinition,
  state: FactState,
  facts: Facts,
): Promise<Facts> => {
  const asked = Object.keys(definition.facts ?? {});
  const unknown = asked.find((name) => !Object.hasOwn(factLookups, name));
  if (unknown !== undefined) {
    throw new Refused(
      'FACT_UNKNOWN',
      `The definition asks for the fact "${unknown}", which nobody here can tell.`,
    );
  }
  const found = await Promise.all(
    asked.map(async (name) => [name, (await factLookups[name]?.(sources, state, facts)) ?? null] as const),
  );
  const surge = await readSurgeFacts(sources.store, state, sources.now());
  return { ...Object.fromEntries(found), ...surge, ...facts };
};
