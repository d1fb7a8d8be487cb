import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAssignTask } from '../../activities/assign-task.ts';
import { addAbsence } from '../../db/own/absences.ts';
import { addDelegation } from '../../db/own/delegations.ts';
import { putDepartment } from '../../db/own/departments.ts';
import { type Person, putPerson } from '../../db/own/people.ts';
import { project } from '../../db/write/project.ts';
import type { Delegation } from '../../machines/people/organisation.ts';
import type { AssignmentRequest } from '../../workflows/activity-contract.ts';
import { syntheticCase, syntheticStep, syntheticTask } from '../support/synthetic-case.ts';
import { type TemporaryStore, temporaryStore } from '../support/temporary-store.ts';

// Guarantee: a task goes to who may do it, by the policy asked for; where nobody may, up the department, never nowhere.

const tenant = 'acme';
let opened: TemporaryStore;

beforeEach(async () => {
  opened = await temporaryStore();
});
afterEach(() => opened.remove());

const people = async (...given: (Partial<Person> & { id: string })[]): Promise<void> => {
  for (const each of given) {
    await putPerson(opened.store, {
      ...{ tenant, name: each.id, status: 'active', roles: ['handler'] },
      ...{ departments: [], skills: [], authority: [] },
      ...each,
    });
  }
};

const away = (personId: string) =>
  addAbsence(
    opened.store,
    tenant,
    {
      ...{ id: `away-${personId}`, personId, status: 'active', reason: 'leave' },
      ...{ fromMs: Date.now() - 1_000, untilMs: Date.now() + 3_600_000 },
    },
    { actorId: 'admin', atMs: Date.now() },
  );

const standsIn = (delegateId: string, personId: string, changes: Partial<Delegation> = {}) =>
  addDelegation(
    opened.store,
    tenant,
    {
      ...{ id: `for-${personId}-${delegateId}`, kind: 'substitution', personId, delegateId },
      ...{ fromMs: Date.now() - 1_000, untilMs: null, roles: null, caseKinds: null, limits: null },
      ...{ status: 'active', ...changes },
    },
    { actorId: 'admin', atMs: Date.now() },
  );

let asked = 0;
const find = async (changes: Partial<AssignmentRequest> = {}): Promise<string | undefined> => {
  const assign = createAssignTask(opened.store);
  const taskId = `asked-${++asked}`;
  const found = await assign({
    ...{ tenant, caseId: 'c', effectId: `${taskId}.1`, taskId, role: 'handler', skills: [] },
    ...{ policy: 'least-loaded', notPersons: [], ...changes },
  });
  return found?.id;
};

describe('who may do a task', () => {
  it('holds every skill and licence, and one of the regions', async () => {
    await people(
      { id: 'a', skills: ['injury'], licences: ['adjuster-a'], regions: ['north', 'east'] },
      { id: 'b', skills: ['injury'], licences: ['adjuster-a', 'adjuster-b'], regions: ['south'] },
      { id: 'c', skills: ['injury', 'fraud'], regions: ['north'] },
    );
    expect(await find({ skills: ['injury', 'fraud'] })).toBe('c');
    expect(await find({ licences: ['adjuster-a', 'adjuster-b'] })).toBe('b');
    expect(await find({ licences: ['adjuster-a'], regions: ['west', 'south'] })).toBe('b');
    expect(await find({ licences: ['adjuster-a'], regions: ['north'] })).toBe('a');
    expect(await find({ regions: ['nowhere'] })).toBeUndefined();
  });

  it('is the person named for it, where they may do it', async () => {
    await people({ id: 'a' }, { id: 'b' }, { id: 'pilot', roles: ['pilot'] });
    expect(await find({ person: 'b' })).toBe('b');
    expect(await find({ samePerson: 'b', policy: { sameAs: 'first' } })).toBe('b');
    expect(await find({ person: 'b', policy: 'by-hand' })).toBe('b');
    expect(await find({ person: 'b', notPersons: ['b'] })).toBe('a');
    expect(await find({ person: 'pilot' })).toBe('a');
    expect(await find({ person: 'pilot', policy: 'by-hand' })).toBeUndefined();
    await away('b');
    expect(await find({ person: 'b' })).toBe('a');
  });

  it('is the nearest superior who may do it or hand it on', async () => {
    await people(
      { id: 'worker', superior: 'chief' },
      { id: 'chief', roles: ['clerk'], superior: 'boss' },
      { id: 'boss', roles: ['handler'], superior: 'top' },
      { id: 'top', roles: ['manager'] },
    );
    expect(await find({ managerOf: ['worker'] })).toBe('boss');
    expect(await find({ managerOf: ['worker'], notPersons: ['boss'] })).toBe('top');
    await away('boss');
    expect(await find({ managerOf: ['worker'] })).toBe('top');
    expect(await find({ managerOf: ['top'] })).toBe('worker');
  });

  it('is who stands in for the person named, while that one is away', async () => {
    await people({ id: 'a' }, { id: 'b' }, { id: 'c', roles: ['clerk'] });
    await standsIn('c', 'a');
    const named = { person: 'a', policy: 'by-hand' } as const;
    expect(await find(named)).toBe('a');
    await away('a');
    expect(await find(named)).toBe('c');
    expect(await find({ person: 'a' })).toBe('c');
    expect(await find({ ...named, notPersons: ['c'] })).toBeUndefined();
    expect(await find()).toBe('b');
  });

  it('is who stands in for somebody who may, where all of those are away', async () => {
    const limit = [{ amount: 300, currency: 'CNY' }];
    await people(
      { id: 'a', authority: limit },
      { id: 'lead', roles: ['lead'] },
      ...['b', 'c'].map((id) => ({ id, roles: ['clerk'] })),
    );
    const standIn = (delegateId: string, changes: Partial<Delegation> = {}) =>
      standsIn(delegateId, 'a', changes);
    await standIn('b', { limits: [{ amount: 200, currency: 'CNY' }] });
    expect(await find()).toBe('a');
    await away('a');
    expect(await find()).toBe('b');
    expect(await find({ seat: 's1', atLeast: { amount: 200, currency: 'CNY' } })).toBe('b');
    expect(await find({ seat: 's1', atLeast: { amount: 201, currency: 'CNY' } })).toBeUndefined();
    expect(await find({ notPersons: ['b'] })).toBe('lead');
    expect(await find({ notPersons: ['a'] })).toBe('lead');
    await standIn('c');
    await away('b');
    expect(await find({ seat: 's1' })).toBe('c');
    expect(await find({ role: 'nothing', seat: 's1' })).toBeUndefined();
    const assign = createAssignTask(opened.store);
    const task = { tenant, caseId: 'c', effectId: 'e.1', taskId: 'e', role: 'handler', skills: [] };
    expect(await assign({ ...task, policy: 'least-loaded', notPersons: [], seat: 's1' })).toMatchObject({
      ...{ id: 'c', roles: ['clerk'] },
      actsFor: [{ personId: 'a', via: 'substitution', roles: ['handler'] }],
    });
  });

  it('is who has least in hand, or has waited longest, as the cases record it', async () => {
    await people({ id: 'a' }, { id: 'b' }, { id: 'c' });
    const task = (assignee: string, openedAt: string) => syntheticTask({ assignee, openedAt });
    const { state } = syntheticStep(syntheticCase(), {
      tasks: {
        t1: task('a', '2026-01-01T00:00:00.000Z'),
        t2: task('b', '2026-01-02T00:00:00.000Z'),
        t3: task('c', '2026-01-04T00:00:00.000Z'),
        t4: task('c', '2026-01-03T00:00:00.000Z'),
      },
    });
    const first = syntheticStep(syntheticCase(), { tasks: state.tasks });
    await project(opened.store, first);
    expect(await find()).toBe('a');
    expect(await find({ policy: 'round-robin' })).toBe('a');
    const closed = { ...task('c', '2026-01-04T00:00:00.000Z'), status: 'completed' as const };
    await project(
      opened.store,
      syntheticStep(first.state, { tasks: { ...state.tasks, t3: closed, t4: closed } }),
    );
    expect(await find()).toBe('c');
    expect(await find({ policy: 'round-robin' })).toBe('a');
  });
});

describe('where nobody may do it', () => {
  beforeEach(async () => {
    for (const [id, parent, head] of [
      ['claims', null, 'director'],
      ['motor', 'claims', 'chief'],
    ] as const) {
      await putDepartment(opened.store, tenant, { id, title: { zh: id, en: id }, parent, head });
    }
    await people(
      { id: 'director', roles: ['manager'] },
      { id: 'chief', roles: ['manager'] },
      { id: 'lead-motor', roles: ['lead'], departments: ['motor'] },
      { id: 'other-manager', roles: ['manager'], departments: ['motor'] },
      { id: 'lead-far', roles: ['lead'], departments: ['far'] },
    );
  });
  const leave = async (...ids: string[]): Promise<void> => {
    for (const id of ids) await away(id);
  };
  const ofMotor = () => find({ department: 'motor' });

  it('it is the lead of the department, its head, its managers, those above, anybody who leads', async () => {
    expect(await ofMotor()).toBe('lead-motor');
    await leave('lead-motor');
    expect(await ofMotor()).toBe('chief');
    await leave('chief');
    expect(await ofMotor()).toBe('other-manager');
    await leave('other-manager');
    expect(await ofMotor()).toBe('director');
    await leave('director');
    expect(await ofMotor()).toBe('lead-far');
  });

  it('it is a lead who is away rather than nobody, but never one who must not', async () => {
    await leave('lead-motor', 'chief', 'other-manager', 'director', 'lead-far');
    expect(await ofMotor()).toBe('lead-motor');
    expect(await find({ department: 'motor', notPersons: ['lead-motor'] })).toBe('chief');
    expect(await find({ department: 'motor', seat: 's1' })).toBeUndefined();
    expect(await find({ department: 'motor', policy: 'by-hand' })).toBeUndefined();
  });
});

it('looks at the first of ten thousand, not at all of them', async () => {
  const { store } = opened;
  store.sqlite.exec(`
      with recursive n(i) as (select 1 union all select i + 1 from n where i < 10000)
      insert into people (tenant, person_id, name, status, open_tasks)
        select '${tenant}', printf('p-%05d', i), 'P', 'active', (i * 7919) % 40 + 1 from n;
      insert into person_groups (tenant, person_id, kind, name)
        select tenant, person_id, 'role', 'handler' from people;
      update people set open_tasks = 0 where person_id = 'p-06000';`);
  expect(await find()).toBe('p-06000');
  const perCall = async (changes: Partial<AssignmentRequest>): Promise<number> => {
    const from = performance.now();
    for (let n = 0; n < 20; n += 1) await find(changes);
    return (performance.now() - from) / 20;
  };
  await people({ id: 'only', roles: ['scribe'] });
  const alone = await perCall({ role: 'scribe' });
  const among = await perCall({});
  const turns = await perCall({ policy: 'round-robin' });
  await people({ id: 'p-09999', skills: ['rare'] });
  expect(await find({ skills: ['rare'] })).toBe('p-09999');
  const rare = await perCall({ skills: ['rare'] });
  // Of one candidate or of ten thousand: about the same work.
  expect(among).toBeLessThan(alone * 30 + 5);
  expect(turns).toBeLessThan(alone * 30 + 5);
  expect(rare).toBeLessThan(alone * 30 + 5);
});
