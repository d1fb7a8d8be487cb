import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi } from '../support/api.ts';
import { recordsOf } from '../support/records.ts';

// Guarantee: the work of who is away is on the list of who stands in for them, and on nobody else's; a search that
// finds a case by a personal value is recorded as a read.

let api: Awaited<ReturnType<typeof startTestApi>>;
let clockMs = Date.parse('2026-03-02T01:00:00Z');
const inHours = (hours: number) => new Date(clockMs + hours * 3_600_000).toISOString();
beforeAll(async () => {
  api = await startTestApi({ now: () => clockMs });
});
afterAll(() => api.stop());

const list = async (person: string, query = '') => {
  const { body } = await api.call(person, 'GET', `/v1/tasks?limit=200${query}`);
  return (body.items as { taskId: string }[]).map(({ taskId }) => taskId);
};
const claimedBy = async (person: string) => {
  const { tasks } = await api.openComplaint();
  await api.call(person, 'POST', `/v1/tasks/${tasks[0].taskId}/claim`);
  return tasks[0].taskId as string;
};

test('a substitute sees the work of who is away, while they are, and can end it', async () => {
  const taskId = await claimedBy('agent');
  const substitute = { kind: 'substitution', delegateId: 'handler' };
  expect((await api.call('agent', 'POST', '/v1/delegations', substitute)).status).toBe(201);
  expect(await list('handler')).not.toContain(taskId);
  const before = (await api.call('handler', 'GET', '/v1/tasks/counts')).body.mine;

  const away = { reason: 'leave', from: inHours(1), until: inHours(48) };
  expect((await api.call('agent', 'POST', '/v1/absences', away)).status).toBe(201);
  expect(await list('handler')).not.toContain(taskId);
  clockMs += 2 * 3_600_000;
  for (const sort of ['due', 'opened', 'priority']) {
    expect(await list('handler', `&sort=${sort}`)).toContain(taskId);
  }
  expect((await api.call('handler', 'GET', '/v1/tasks/counts')).body.mine).toBe(before + 1);
  expect(await list('agent-2')).not.toContain(taskId);
  const other = (await api.openComplaint()).tasks[0].taskId;
  expect(await list('handler', '&view=candidate')).toContain(other);
  const done = { outcome: 'register', data: {} };
  expect((await api.call('handler', 'POST', `/v1/tasks/${taskId}/complete`, done)).status).toBe(200);

  clockMs += 72 * 3_600_000;
  expect(await list('handler', '&view=candidate')).not.toContain(other);
});

test.each([
  ['claim', false],
  ['complaint', true],
])('work that is lent in cases of kind %s alone is listed for a complaint: %s', async (kind, listed) => {
  const taskId = await claimedBy('agent');
  const open = (await api.openComplaint()).tasks[0].taskId;
  const counts = async () => (await api.call('legal', 'GET', '/v1/tasks/counts')).body;
  const before = await counts();
  const until = inHours(24);
  const delegation = { kind: 'delegation', delegateId: 'legal', until, caseKinds: [kind] };
  expect((await api.call('agent', 'POST', '/v1/delegations', delegation)).status).toBe(201);
  expect((await list('legal')).includes(taskId)).toBe(listed);
  expect((await list('legal', '&view=candidate')).includes(open)).toBe(listed);
  expect((await list('legal', '&view=team&sort=opened')).includes(taskId)).toBe(listed);
  expect((await list('legal', '&view=mine&q=motor')).includes(taskId)).toBe(listed);
  const after = await counts();
  expect([after.mine > before.mine, after.candidate > before.candidate]).toEqual([listed, listed]);
});

test('a number is found by its beginning; a personal value exactly, which is recorded without the value', async () => {
  const { number, tasks } = await api.openComplaint({}, 'agent');
  const { taskId } = tasks[0];
  expect(await list('agent', `&view=all&q=${number.slice(0, -1)}`)).toContain(taskId);
  const searched = () =>
    recordsOf(api.store).filter(({ type, actorId }) => type === 'tasks.searched' && actorId === 'agent');
  expect(searched()).toEqual([]);
  expect(await list('agent', '&view=all&q=13800001111')).toContain(taskId);
  const [read] = searched();
  expect(JSON.stringify(read)).toContain('"actorId":"agent"');
  expect(JSON.stringify(read)).not.toContain('13800001111');
  expect(await list('agent', '&view=all&q=1380000111')).toEqual([]);
});
