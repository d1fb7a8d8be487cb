import { afterEach, beforeEach, expect, it } from 'vitest';
import { createOwnerRound } from '../../activities/ask-for-owner.ts';
import { createHandOnRound, type RoundParts } from '../../activities/hand-on-tasks.ts';
import { getPerson, type Person, putPerson } from '../../db/own/people.ts';
import { getCase } from '../../db/read/get-case.ts';
import { startNotified } from '../notification/notified.ts';

// Guarantee: who has no part in a matter any more, and who reports to such a person, keeps no work and no case in it,
// in none of its cases: tasks go to somebody else, and somebody else is asked to be the owner.

const tenant = 'default';
const reason = 'The complaint is about them.';
let api: Awaited<ReturnType<typeof startNotified>>;
let handOn: ReturnType<typeof createHandOnRound>;
let askOwners: ReturnType<typeof createOwnerRound>;

const person = (id: string, roles: string[], extra: Partial<Person> = {}): Person => ({
  ...{ tenant, id, name: id, status: 'active', roles, departments: ['complaints'], skills: [] },
  ...{ authority: [], ...extra },
});

beforeEach(async () => {
  api = await startNotified({ at: '2026-03-02T02:00:00.000Z' });
  handOn = createHandOnRound(parts(), 'excluded');
  askOwners = createOwnerRound(parts());
  for (const each of [
    person('head', ['agent', 'handler', 'lead']),
    person('head-b', ['agent', 'handler'], { humanId: 'head' }),
    person('below', ['agent', 'handler'], { superior: 'head' }),
    person('watch', ['compliance']),
  ]) {
    await putPerson(api.store, each);
  }
});
afterEach(() => api.stop());

const parts = (): RoundParts => ({
  store: api.store,
  send: (key, command) => api.cases.send(key, command, { deadlineMs: Date.now() + 5_000 }),
  say: (line) => expect.unreachable(line),
  now: api.now,
});
const stateOf = async (caseId: string) => {
  const row = await getCase(api.store, { tenant, caseId });
  if (!row) throw new Error('There is no such case.');
  return row.state;
};
const entriesOf = async (caseId: string) =>
  (await api.call('auditor', 'GET', `/v1/cases/${caseId}/entries`)).body.items;
const ok = async (who: string, path: string, body: object = {}): Promise<void> => {
  const { status, body: answer } = await api.call(who, 'POST', path, body);
  expect([path, status, answer.code]).toEqual([path, 200, undefined]);
};
const recuse = (caseId: string, personId: string): Promise<void> =>
  ok('watch', `/v1/cases/${caseId}/recusals`, { personId, because: 'complained-of', reason });
/** A complaint whose first task somebody has claimed. */
const claimedBy = async (who: string, changes: object = {}) => {
  const { caseId, tasks } = await api.openComplaint(changes);
  const [{ taskId }] = tasks;
  await ok(who, `/v1/tasks/${taskId}/claim`);
  return { caseId, taskId };
};
const makeOwner = async (caseId: string, who: string): Promise<void> => {
  const { owner } = await stateOf(caseId);
  await ok(owner ?? '', `/v1/cases/${caseId}/owner`, { to: who });
  await ok(who, `/v1/cases/${caseId}/owner/accept`);
};

it('the task of who reports to the person goes to somebody else, once, and the trail says why', async () => {
  const { caseId, taskId } = await claimedBy('below');
  expect(await handOn()).toBe(0);
  await recuse(caseId, 'head');
  expect((await stateOf(caseId)).tasks[taskId]?.assignee).toBe('below');
  expect(await handOn()).toBe(1);
  const { assignee } = (await stateOf(caseId)).tasks[taskId] ?? {};
  expect(assignee).toEqual(expect.any(String));
  expect(['below', 'head', 'head-b']).not.toContain(assignee);
  expect((await entriesOf(caseId)).at(-1)).toMatchObject({
    ...{ type: 'task.reassigned', actor: { id: 'system' }, data: { taskId, because: 'excluded' } },
  });
  expect(await handOn()).toBe(0);
  await api.settle();
  // Whoever had it may not learn of the case any more.
  expect((await api.notices('below')).filter((notice) => notice.caseId === caseId)).toEqual([]);
  expect((await api.notices(assignee ?? '')).map((notice) => notice.caseId)).toContain(caseId);
});

it('the person’s tasks in another case of the matter go to others, under a second account too', async () => {
  const claim = await api.openComplaint();
  const part = { links: [{ rel: 'part-of', caseId: claim.caseId }] };
  const one = await claimedBy('head', part);
  const two = await claimedBy('head-b', part);
  const apart = await claimedBy('head');
  await recuse(claim.caseId, 'head');
  expect(await handOn()).toBe(2);
  for (const { caseId, taskId } of [one, two]) {
    const { assignee } = (await stateOf(caseId)).tasks[taskId] ?? {};
    expect(['head', 'head-b', 'below', null]).not.toContain(assignee);
  }
  expect((await stateOf(apart.caseId)).tasks[apart.taskId]?.assignee).toBe('head');
});

it('a case whose owner is taken out of it gets another, who is asked and accepts', async () => {
  const { caseId } = await api.openComplaint();
  await makeOwner(caseId, 'head');
  await recuse(caseId, 'head');
  expect((await stateOf(caseId)).owner).toBeNull();
  expect(await askOwners()).toBe(1);
  const { handover } = await stateOf(caseId);
  expect(handover).toMatchObject({ from: 'system', because: 'excluded', to: expect.any(String) });
  expect(['head', 'head-b', 'below']).not.toContain(handover?.to);
  expect(await askOwners()).toBe(0);
  await ok(handover?.to ?? '', `/v1/cases/${caseId}/owner/decline`, { reason: 'Too much in hand' });
  expect(await askOwners()).toBe(1);
  // It is the third time that the case is handed on: now somebody is to name the owner.
  const superior = (await stateOf(caseId)).handover?.superior ?? '';
  expect(['', 'head', 'head-b', 'below', handover?.to]).not.toContain(superior);
  await ok(superior, `/v1/cases/${caseId}/owner/name`, { to: 'handler' });
  expect(await stateOf(caseId)).toMatchObject({ owner: 'handler' });
  expect(await askOwners()).toBe(0);
});

it('an owner who reports to the person stays it until somebody else accepts', async () => {
  const { caseId } = await api.openComplaint();
  await makeOwner(caseId, 'below');
  expect(await askOwners()).toBe(0);
  await recuse(caseId, 'head');
  expect(await askOwners()).toBe(1);
  const { owner, handover } = await stateOf(caseId);
  expect([owner, handover?.from, handover?.because]).toEqual(['below', 'below', 'excluded']);
  await ok(handover?.to ?? '', `/v1/cases/${caseId}/owner/accept`);
  expect(await stateOf(caseId)).toMatchObject({ owner: handover?.to });
});

it('a superior who has no part in the case, or is away, names no owner: the next one in common does', async () => {
  for (const each of [
    person('chief', ['manager']),
    person('boss', ['manager'], { superior: 'chief' }),
    person('ann', ['handler'], { superior: 'boss' }),
    person('bob', ['handler'], { superior: 'boss' }),
  ]) {
    await putPerson(api.store, each);
  }
  const referred = async (): Promise<string | null | undefined> => {
    const { caseId } = await api.openComplaint();
    await makeOwner(caseId, 'ann');
    await makeOwner(caseId, 'bob');
    await ok('bob', `/v1/cases/${caseId}/owner`, { to: 'ann' });
    return (await stateOf(caseId)).handover?.superior;
  };
  expect(await referred()).toBe('boss');
  const boss = await getPerson(api.store, tenant, 'boss');
  const absence = { reason: 'leave', from: '2026-03-01T00:00:00Z', until: '2026-03-09T00:00:00Z' };
  expect((await api.call(boss?.id ?? '', 'POST', '/v1/absences', absence)).status).toBe(201);
  expect(await referred()).toBe('chief');
});
