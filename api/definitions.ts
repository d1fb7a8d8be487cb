import type { Store } from '../db/open.ts';
import {
  calendarByHash,
  type DefinitionRow,
  definitionByHash,
  findDefinition,
  latestCalendar,
} from '../db/own/definitions.ts';
import { policyByHash } from '../db/own/policies.ts';
import { readSetting } from '../db/own/tenant-settings.ts';
import type { DefinitionDocument } from '../machines/definition/schema.ts';
import type { Calendar } from '../machines/kernel/calendar.ts';
import type { ClockProfile } from '../machines/kernel/clock-profile.ts';
import { type Compiled, type CompileInput, calendarIds, compile } from '../machines/kernel/compile.ts';
import type { RuntimeDefinition } from '../machines/kernel/definition.ts';
import type { Policy } from '../machines/kernel/policy/table.ts';
import type { CaseState, DefinitionRef, PolicyRef } from '../machines/kernel/state.ts';
import { lru } from './lru.ts';

/** A published version: the part that runs, and the whole document with its titles and forms. */
export interface Published {
  ref: DefinitionRef;
  runtime: RuntimeDefinition;
  document: DefinitionDocument;
}

export interface Definitions {
  /** `id`: its highest published version; `id@version`: that one. */
  find: (tenant: string, reference: string) => Promise<Published | undefined>;
  /** The version that a case follows. @throws where it is gone: cases keep their versions for ever. */
  ofCase: (tenant: string, hash: string) => Promise<Published>;
  /**
   * What a new case is compiled from, with the calendars and the company's own table published last, and the same compiled to judge its opening by.
   * @throws KernelError `PROFILE_UNKNOWN`
   */
  forOpening: (
    tenant: string,
    published: Published,
    profile?: string,
  ) => Promise<{ input: CompileInput; compiled: Compiled }>;
  /** What a case is compiled from, with the calendars and the table it has pinned. */
  compileInputOf: (state: CaseState) => Promise<CompileInput>;
  compiledOf: (state: CaseState) => Promise<Compiled>;
}

interface CompiledKey {
  tenant: string;
  hash: string;
  profile: string | undefined;
  calendars: [string, string][];
  /** Hash of the company's own table of who may do what. */
  policy: string | undefined;
}

const definitionsMax = 100;
const compiledMax = 50;
const policiesMax = 20;
/** A version published meanwhile is found this much later. */
const foundForMs = 1_000;

/** Definitions and what is compiled from them, each read once: a version and a calendar slice never change. */
export const createDefinitions = (store: Store, clockProfile?: ClockProfile): Definitions => {
  const byHash = lru<Published>(definitionsMax);
  const calendars = lru<Calendar>(definitionsMax);
  const policies = lru<Policy>(policiesMax);
  const compiled = lru<Compiled>(compiledMax);
  const found = lru<{ published: Published; untilMs: number }>(definitionsMax);

  const keep = (tenant: string, row: DefinitionRow): Published => {
    const published = {
      ref: { id: row.id, version: row.version, hash: row.hash },
      runtime: row.runtime,
      // Checked against the schema when it was published.
      document: row.document as unknown as DefinitionDocument,
    };
    byHash.set(`${tenant} ${row.hash}`, published);
    return published;
  };

  const ofCase = async (tenant: string, hash: string): Promise<Published> => {
    const known = byHash.get(`${tenant} ${hash}`);
    if (known) {
      return known;
    }
    const row = await definitionByHash(store, tenant, hash);
    if (!row) {
      throw new Error(`The definition ${hash} of a case is not in the store`);
    }
    return keep(tenant, row);
  };

  const calendarOf = async (tenant: string, hash: string): Promise<Calendar> => {
    const known = calendars.get(`${tenant} ${hash}`);
    if (known) {
      return known;
    }
    const calendar = (await calendarByHash(store, tenant, hash)) as Calendar | undefined;
    if (!calendar) {
      throw new Error(`The calendar ${hash} of a case is not in the store`);
    }
    calendars.set(`${tenant} ${hash}`, calendar);
    return calendar;
  };

  const policyOf = async (tenant: string, hash: string): Promise<Policy> => {
    const known = policies.get(`${tenant} ${hash}`);
    if (known) {
      return known;
    }
    const policy = await policyByHash(store, tenant, hash);
    policies.set(`${tenant} ${hash}`, policy);
    return policy;
  };

  /** A case's own table; most have none. */
  const withPolicy = async (tenant: string, ref: PolicyRef | undefined): Promise<{ policy?: Policy }> =>
    ref === undefined ? {} : { policy: await policyOf(tenant, ref.hash) };

  const withProfile = (profile: string | undefined) => ({
    ...(profile === undefined ? {} : { profile }),
    ...(clockProfile && profile === clockProfile.id ? { clockProfile } : {}),
  });

  const compileInputOf = async (state: CaseState): Promise<CompileInput> => {
    const { tenant, definition, profile } = state;
    const { runtime } = await ofCase(tenant, definition.hash);
    const pinned = await Promise.all(
      Object.entries(state.calendars).map(
        async ([id, hash]) => [id, await calendarOf(tenant, hash)] as const,
      ),
    );
    return {
      definition: runtime,
      ref: definition,
      calendars: Object.fromEntries(pinned),
      ...(await withPolicy(tenant, state.policy)),
      ...withProfile(profile),
    };
  };

  const compiledOnce = async (
    { tenant, hash, profile, calendars, policy }: CompiledKey,
    input: () => Promise<CompileInput>,
  ): Promise<Compiled> => {
    const key = JSON.stringify([tenant, hash, profile ?? null, calendars.toSorted(), policy ?? null]);
    const known = compiled.get(key);
    if (known) {
      return known;
    }
    const made = compile(await input());
    compiled.set(key, made);
    return made;
  };

  return {
    find: async (tenant, reference) => {
      const key = `${tenant} ${reference}`;
      const known = found.get(key);
      if (known && known.untilMs > Date.now()) {
        return known.published;
      }
      const row = await findDefinition(store, tenant, reference);
      if (!row) {
        return undefined;
      }
      const published = keep(tenant, row);
      found.set(key, { published, untilMs: Date.now() + foundForMs });
      return published;
    },
    ofCase,
    forOpening: async (tenant, { runtime, ref }, profile) => {
      const profiles = withProfile(profile);
      const latest = await Promise.all(
        calendarIds(runtime, profile, profiles.clockProfile).map(async (id) => {
          const found = await latestCalendar(store, tenant, id);
          if (!found) {
            throw new Error(`The calendar "${id}" of ${ref.id} is not published`);
          }
          return [id, found] as const;
        }),
      );
      const calendarsOf = Object.fromEntries(
        latest.map(([id, { calendar }]) => [id, calendar as unknown as Calendar]),
      );
      const inForce = await readSetting(store, tenant, 'policy');
      const own = await withPolicy(tenant, inForce);
      const input = { definition: runtime, ref, calendars: calendarsOf, ...own, ...profiles };
      const hashes = latest.map(([id, { hash }]): [string, string] => [id, hash]);
      const key = { tenant, hash: ref.hash, profile, calendars: hashes, policy: inForce?.hash };
      return { input, compiled: await compiledOnce(key, async () => input) };
    },
    compileInputOf,
    compiledOf: (state) => {
      const { tenant, definition, profile, policy } = state;
      const hashes = Object.entries(state.calendars);
      const key = { tenant, hash: definition.hash, profile, calendars: hashes, policy: policy?.hash };
      return compiledOnce(key, () => compileInputOf(state));
    },
  };
};
