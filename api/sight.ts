import { groupKey, groupKeysOf } from '../db/group-key.ts';
import type { Store } from '../db/open.ts';
import { accountsIn, actingData } from '../db/own/acting.ts';
import { departmentsIn } from '../db/own/departments.ts';
import { peopleUnderIn } from '../db/own/reports-to.ts';
import { roleIdsIn } from '../db/own/roles.ts';
import type { Nearness } from '../db/read/near-cases.ts';
import { hidingFacets, isHidden } from '../db/read/out-of-sight.ts';
import { type Sight, seenAmong } from '../db/read/sight.ts';
import type { LentByKind } from '../db/read/task-filter.ts';
import type { Scope } from '../machines/kernel/policy/table.ts';
import { departmentsBelow } from '../machines/people/departments-below.ts';
import { effectiveActor } from '../machines/people/effective-actor.ts';
import type { Reader } from './reader.ts';
import { sightScope } from './rights.ts';
import type { Services } from './services.ts';

/** Which cases a reader who sees any may see now, as lists keep to it. */
export const sightOf = async (services: SightServices, reader: Reader): Promise<Sight> => {
  const scope = sightScope(reader);
  return {
    hiding: await hidingFacets(services.store, reader),
    ...(scope === undefined || scope === 'all' ? {} : { near: await nearnessOf(services, reader, scope) }),
  };
};

type SightServices = Pick<Services, 'store' | 'now'>;

/** Whether the reader may see the case. One that is not there is in nobody's sight but theirs who see all. */
export const isInSight = async (
  services: SightServices,
  reader: Reader,
  caseId: string,
): Promise<boolean> => {
  const scope = sightScope(reader);
  if (scope === undefined || (await isHidden(services.store, reader, caseId))) {
    return false;
  }
  return scope === 'all' || (await inSightAmong(services, reader, [caseId])).has(caseId);
};

/** Those of these cases that the reader may see. */
export const inSightAmong = async (
  services: SightServices,
  reader: Reader,
  caseIds: readonly string[],
): Promise<Set<string>> =>
  sightScope(reader) === undefined
    ? new Set()
    : seenAmong(services.store, reader.tenant, await sightOf(services, reader), caseIds);

/** What finds a person's work, and that of those whom they stand in for now: who is away, or has lent them rights. */
export interface WorkKeys {
  personId: string;
  actsFor: string[];
  groupKeys: string[];
  /** Only where rights were lent for some kinds of case. */
  lentByKind?: LentByKind[];
}

export const workKeysOf = async ({ store, now }: SightServices, person: Reader): Promise<WorkKeys> => {
  const nowMs = now();
  const data = await actingData(store, person, nowMs);
  const keysIn = (caseKind?: string) => {
    const { actsFor = [] } = effectiveActor(data, { nowMs, caseKind });
    return {
      actsFor: actsFor.map(({ personId }) => personId),
      groupKeys: [...new Set([person, ...actsFor].flatMap(groupKeysOf))],
    };
  };
  const always = keysIn();
  const kinds = new Set(data.delegations.flatMap(({ delegation }) => delegation.caseKinds ?? []));
  const lentByKind = [...kinds]
    .map((kind): LentByKind => {
      const { actsFor, groupKeys } = keysIn(kind);
      return {
        kind,
        actsFor: actsFor.filter((id) => !always.actsFor.includes(id)),
        groupKeys: groupKeys.filter((key) => !always.groupKeys.includes(key)),
      };
    })
    .filter(({ actsFor, groupKeys }) => actsFor.length > 0 || groupKeys.length > 0);
  return { personId: person.id, ...always, ...(lentByKind.length === 0 ? {} : { lentByKind }) };
};

/** Each scope holds those before it. */
const nearnessOf = async (
  services: SightServices,
  reader: Reader,
  scope: Exclude<Scope, 'all'>,
): Promise<Nearness> => {
  const { store } = services;
  const accounts = await store.read((db) => [reader.id, ...accountsIn(db, reader)]);
  const none = { holders: [], parties: [], claimable: [], groups: [], departments: [] };
  if (scope === 'own') {
    return { owners: accounts, ...none };
  }
  const { actsFor, groupKeys, lentByKind } = await workKeysOf(services, reader);
  const assigned = {
    ...{ owners: accounts, holders: [...accounts, ...actsFor], parties: accounts },
    ...{ claimable: groupKeys, groups: [], departments: [] },
    ...(lentByKind === undefined ? {} : { lentByKind }),
  };
  if (scope === 'assigned') {
    return assigned;
  }
  const led = await store.read((db) => peopleUnderIn(db, reader.tenant, accounts));
  const team = { ...assigned, holders: [...assigned.holders, ...led], groups: groupKeys };
  return scope === 'team' ? team : { ...team, ...(await ofDepartments(store, reader, team)) };
};

/** Also what lies in their departments, those that they head, and all below these. */
const ofDepartments = (
  store: Store,
  { tenant, id, departments }: Reader,
  { groups }: Nearness,
): Promise<Pick<Nearness, 'groups' | 'departments'>> =>
  store.read((db) => {
    const all = departmentsIn(db, tenant);
    const headed = all.filter(({ head }) => head === id).map((each) => each.id);
    const within = departmentsBelow([...departments, ...headed], all);
    const roles = ['', ...roleIdsIn(db, tenant)];
    const keys = within.flatMap((department) => roles.map((role) => groupKey(role, department)));
    return { departments: within, groups: [...new Set([...groups, ...keys])] };
  });
