import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHandOnRound, type RoundParts } from '../../activities/hand-on-tasks.ts';
import { createLeadRound } from '../../activities/hand-to-leads.ts';
import { addAbsence } from '../../db/own/absences.ts';
import { allPeopleIn } from '../../db/own/list-people.ts';
import { getPerson, putPerson } from '../../db/own/people.ts';
import { getCase } from '../../db/read/get-case.ts';
import { startNotified } from '../notification/notified.ts';

// Guarantee: who is away or has left keeps no open task; each goes to somebody present, once, recorded, and both know.

const dayMs = 86_400_000;
let api: Awaited<ReturnType<typeof startNotified>>;
let round: ReturnType<typeof createHandOnRound>;
/** What rounds have said of tasks that failed. */
let said: string[];
/** The case to which nothing can be sent. */
let broken: string | undefined;

beforeEach(async () => {
  api = await startNotified({ at: '2026-03-02T02:00:00.000Z' });
  said = [];
  broken = undefined;
  round = createHandOnRound(parts());
});
afterEach(() => api.stop());

const parts = (): RoundParts => ({
  store: api.store,
  send: async (key, command) => {
    if (key.caseId === broken) throw new TypeError('secret');
    return api.cases.send(key, command, { deadlineMs: Date.now() + 5_000 });
  },
  say: (line) => said.push(line),
  now: api.now,
});

const at = (ms: number): string => new Date(api.now() + ms).toISOString();

/** A complaint whose first task the agent has claimed. */
const claimed = async (): Promise<{ caseId: string; taskId: string }> => {
  const { caseId, tasks } = await api.openComplaint();
  const [{ taskId }] = tasks;
  expect((await api.call('agent', 'POST', `/v1/tasks/${taskId}/claim`, {})).status).toBe(200);
  return { caseId, taskId };
};

const leave = async (person: string, from = -1_000, until = dayMs): Promise<void> => {
  const body = { reason: 'leave', from: at(from), until: at(until) };
  expect((await api.call(person, 'POST', '/v1/absences', body)).status).toBe(201);
};

const substitute = async (person: string, delegateId: string): Promise<void> => {
  const body = { kind: 'substitution', delegateId, from: at(-1_000) };
  expect((await api.call(person, 'POST', '/v1/delegations', body)).status).toBe(201);
};

const assigneeOf = async (caseId: string, taskId: string): Promise<string | null | undefined> =>
  (await getCase(api.store, { tenant: 'default', caseId }))?.state.tasks[taskId]?.assignee;

const messagesOf = async (person: string): Promise<string[]> => {
  await api.settle();
  const { body } = await api.call(person, 'GET', '/v1/notifications');
  return body.items.map(({ rule }: { rule: string }) => rule);
};

describe('an absence', () => {
  it('gives the tasks in hand to the substitute, by a recorded command, and tells both', async () => {
    const { caseId, taskId } = await claimed();
    await substitute('agent', 'agent-3');
    expect(await round()).toBe(0);
    await leave('agent');
    // A worker that is being stopped leaves it to the next one.
    expect(await round(AbortSignal.abort())).toBe(0);
    expect(await round()).toBe(1);
    expect(await assigneeOf(caseId, taskId)).toBe('agent-3');
    const { body } = await api.call('auditor', 'GET', `/v1/cases/${caseId}/entries`);
    expect(body.items.at(-1)).toMatchObject({
      ...{ type: 'task.reassigned', actor: { id: 'system' } },
      data: { taskId, to: 'agent-3', because: 'away' },
    });
    expect(await messagesOf('agent')).toContain('task.taken-over');
    expect(await messagesOf('agent-3')).toContain('task.handed-over');
    expect(await round()).toBe(0);
  });

  it('gives them to whoever is chosen anew where nobody stands in, or who stands in is away as well', async () => {
    const { caseId, taskId } = await claimed();
    await substitute('agent', 'agent-3');
    await leave('agent-3');
    await leave('agent');
    expect(await round()).toBe(1);
    expect(await assigneeOf(caseId, taskId)).toBe('agent-2');
  });

  it('that lies ahead moves nothing until it starts, and one that is over or cancelled nothing at all', async () => {
    const { caseId, taskId } = await claimed();
    await leave('agent', dayMs, 2 * dayMs);
    expect(await round()).toBe(0);
    api.advance(dayMs + 1_000);
    expect(await round()).toBe(1);
    const now = await assigneeOf(caseId, taskId);
    expect(now).not.toBe('agent');
    api.advance(dayMs);
    expect(await round()).toBe(0);
    expect(await assigneeOf(caseId, taskId)).toBe(now);
  });

  it('leaves no task with nobody: where every agent is away a lead gets it', async () => {
    const { caseId, taskId } = await claimed();
    for (const id of ['agent-2', 'agent-3', 'agent']) await leave(id);
    expect(await round()).toBe(1);
    const assignee = (await assigneeOf(caseId, taskId)) ?? '';
    expect((await getPerson(api.store, 'default', assignee))?.roles).toContain('lead');
  });

  it('moves nothing where everybody is away: two would hand it to each other for ever', async () => {
    const { caseId, taskId } = await claimed();
    for (const { id } of await api.store.read((db) => allPeopleIn(db, 'default'))) {
      const absence = { id: `away-${id}`, personId: id, status: 'active', reason: 'leave' } as const;
      const [fromMs, untilMs] = [api.now() - 1_000, api.now() + dayMs];
      const by = { actorId: id, atMs: api.now() };
      await addAbsence(api.store, 'default', { ...absence, fromMs, untilMs }, by);
    }
    for (let times = 0; times < 3; times += 1) {
      expect(await round()).toBe(0);
      api.advance(5 * 60_000);
    }
    expect(await assigneeOf(caseId, taskId)).toBe('agent');
  });

  it('takes a substitute who had the role for that time only out of the work again', async () => {
    const { caseId, taskId } = await claimed();
    await substitute('agent', 'adjuster-2');
    await leave('agent');
    expect(await round()).toBe(1);
    expect(await assigneeOf(caseId, taskId)).toBe('adjuster-2');
    expect(await round()).toBe(0);
    api.advance(2 * dayMs);
    expect(await round()).toBe(1);
    expect((await assigneeOf(caseId, taskId))?.startsWith('agent')).toBe(true);
  });
});

it('a task that anybody of a role may claim goes to who leads once nobody of the role is there', async () => {
  const { caseId, tasks } = await api.openComplaint();
  const [{ taskId }] = tasks;
  const toLeads = createLeadRound(parts());
  expect(await toLeads()).toBe(0);
  for (const id of ['agent-2', 'agent-3']) await leave(id);
  expect(await toLeads()).toBe(0);
  await leave('agent');
  expect(await toLeads(AbortSignal.abort())).toBe(0);
  expect(await toLeads()).toBe(1);
  const assignee = (await assigneeOf(caseId, taskId)) ?? '';
  expect((await getPerson(api.store, 'default', assignee))?.roles).toContain('lead');
  const { body } = await api.call('auditor', 'GET', `/v1/cases/${caseId}/entries`);
  expect(body.items.at(-1)).toMatchObject({ type: 'task.assigned', actor: { id: 'system' } });
  expect(await toLeads()).toBe(0);
});

it('people who have left keep nothing, a task that a person gave them included', async () => {
  const { caseId, taskId } = await claimed();
  const added = await api.call('agent-2', 'POST', `/v1/cases/${caseId}/tasks`, {
    ...{ to: 'agent', question: 'Please look' },
  });
  expect(added.status).toBe(200);
  const adHoc = added.body.tasks.find((task: { state: string }) => task.state.startsWith('@')).taskId;
  const person = await getPerson(api.store, 'default', 'agent');
  await putPerson(api.store, { ...(person as NonNullable<typeof person>), status: 'disabled' });
  expect(await round()).toBe(2);
  expect(await assigneeOf(caseId, adHoc)).toBe('agent-2');
  expect(['agent-2', 'agent-3']).toContain(await assigneeOf(caseId, taskId));
  const { body } = await api.call('auditor', 'GET', `/v1/cases/${caseId}/entries`);
  expect(body.items.at(-1)).toMatchObject({ data: { because: 'left' } });
});

it('two processes at once hand a task on once; a case that cannot be reached is tried again later', async () => {
  const { caseId, taskId } = await claimed();
  await leave('agent');
  api.cases.failWith('ENGINE_UNAVAILABLE');
  expect(await round()).toBe(0);
  api.cases.failWith(undefined);
  expect(await round()).toBe(0);
  api.advance(5 * 60_000);
  const other = createHandOnRound(parts());
  await Promise.all([round(), other()]);
  expect(await assigneeOf(caseId, taskId)).not.toBe('agent');
  const { body } = await api.call('auditor', 'GET', `/v1/cases/${caseId}/entries`);
  expect(body.items.filter(({ type }: { type: string }) => type === 'task.reassigned')).toHaveLength(1);
});

describe('a task whose hand-over fails', () => {
  it('is told of, without what the failure says, keeps no other from its own, and is tried again', async () => {
    const tasks = [await claimed(), await claimed()];
    await leave('agent');
    broken = tasks[0]?.caseId;
    expect(await round()).toBe(1);
    expect(said).toEqual([`tasks of the absent: ${tasks[0]?.taskId} of ${broken}: TypeError`]);
    broken = undefined;
    expect(await round()).toBe(0);
    api.advance(5 * 60_000);
    expect(await round()).toBe(1);
    for (const { caseId, taskId } of tasks) {
      expect(await assigneeOf(caseId, taskId)).not.toBe('agent');
    }
  });

  it('holds up no other that waits for nobody', async () => {
    const cases = [(await api.openComplaint()).caseId, (await api.openComplaint()).caseId];
    for (const id of ['agent', 'agent-2', 'agent-3']) await leave(id);
    const toLeads = createLeadRound(parts());
    [broken] = cases;
    expect(await toLeads()).toBe(1);
    expect(said).toEqual([expect.stringMatching(`^tasks that wait for nobody: .* of ${broken}: TypeError$`)]);
    broken = undefined;
    api.advance(5 * 60_000);
    expect(await toLeads()).toBe(1);
  });
});

it('a hundred tasks that nobody can be given hide no later one', async () => {
  const { caseId, tasks } = await api.openComplaint();
  const [{ taskId }] = tasks;
  for (const id of ['agent', 'agent-2', 'agent-3']) await leave(id);
  // They are due before it, and of cases that are not there.
  api.store.sqlite.exec(`
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
    INSERT INTO tasks SELECT tenant, 'stuck-' || i, 'nowhere', case_number, case_kind, definition_id, state, status, role,
      department, group_key, assignee, priority, opened_at, due_at, '0', closed_at, completed_by, outcome, assigned_at
    FROM tasks JOIN n WHERE task_id = '${taskId}'`);
  const toLeads = createLeadRound(parts());
  expect(await toLeads()).toBe(0);
  expect(await toLeads()).toBe(1);
  expect(await assigneeOf(caseId, taskId)).toBeTruthy();
  expect(said).toEqual([]);
});
