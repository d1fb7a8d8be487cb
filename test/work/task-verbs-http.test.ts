import { afterAll, beforeAll, expect, test } from 'vitest';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import { putPerson } from '../../db/own/people.ts';
import { startTestApi } from '../support/api.ts';

// Guarantee: the verbs on tasks are there over HTTP with the bodies that clients rely on, and of fifty who claim one task at once exactly one gets it.

let api: Awaited<ReturnType<typeof startTestApi>>;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const verb = (person: string, taskId: string, name: string, body?: object) =>
  api.call(person, 'POST', `/v1/tasks/${taskId}/${name}`, body);
const claimed = async () => {
  const { caseId, tasks } = await api.openComplaint();
  const taskId = tasks[0].taskId as string;
  await verb('agent', taskId, 'claim');
  return { caseId, taskId };
};

test('200: lent, resolved with a word, and back with its owner', async () => {
  const { taskId } = await claimed();
  const lent = await verb('agent', taskId, 'delegate', { to: 'agent-2' });
  expect([lent.status, lent.body.tasks[0]]).toMatchObject([
    200,
    { assignee: 'agent-2', delegation: { from: 'agent' } },
  ]);
  const resolved = await verb('agent-2', taskId, 'resolve', { text: 'Called the garage' });
  expect(resolved.body.tasks[0]).toMatchObject({
    assignee: 'agent',
    resolved: { by: 'agent-2', text: 'Called the garage' },
  });
  expect((await verb('agent-2', taskId, 'resolve')).body.code).toBe('NOT_DELEGATED');
  expect((await verb('agent', taskId, 'delegate', { to: 'nobody' })).body.code).toBe('PERSON_UNKNOWN');
  expect((await verb('agent', taskId, 'return', { toStep: 'closed', reason: 'x' })).body.code).toBe(
    'RETURN_NOT_ALLOWED',
  );
});

test('200, 429: reminded once an hour; copied; a comment names people by an @ or a list', async () => {
  const { taskId } = await claimed();
  expect((await verb('lead', taskId, 'remind')).status).toBe(200);
  const again = await verb('lead', taskId, 'remind');
  expect([again.status, again.body.code]).toEqual([429, 'REMINDED_ALREADY']);
  const copied = await verb('agent', taskId, 'copy', { to: ['legal'] });
  expect(copied.body.watchers).toEqual(['legal']);
  expect((await verb('agent', taskId, 'copy', { to: [] })).body.code).toBe('INPUT_INVALID');
  const said = await verb('agent', taskId, 'comment', {
    text: 'Please look, @lead; write to zhang@example.com and @nobody-here',
    mentions: ['qa'],
  });
  expect(said.status).toBe(200);
  const { body } = await api.call('handler', 'GET', `/v1/cases/${said.body.caseId}/entries`);
  const comment = body.items.find(({ type }: { type: string }) => type === 'task.commented');
  expect(comment.data.people).toEqual(['qa', 'lead']);
  expect(
    (await verb('agent', taskId, 'comment', { text: 'x', mentions: ['nobody'] })).body.errors,
  ).toMatchObject([{ pointer: '/mentions/0' }]);
});

test('of fifty who claim at once one wins, and each other is told who', async () => {
  const { tasks } = await api.openComplaint();
  const { taskId } = tasks[0];
  const people = Array.from({ length: 50 }, (_, n) => `racer-${n}`);
  for (const id of people) {
    await putPerson(api.store, {
      ...{ tenant: embeddedTenant, id, name: id, status: 'active' },
      ...{ roles: ['agent'], departments: [], skills: [], authority: [] },
    });
    await api.tokenOf(id);
  }
  const answers = await Promise.all(people.map((id) => verb(id, taskId, 'claim')));
  const won = answers.filter(({ status }) => status === 200);
  expect(won).toHaveLength(1);
  const { assignee } = won[0]?.body.tasks[0] ?? {};
  expect(people).toContain(assignee);
  for (const { status, body } of answers.filter((each) => each.status !== 200)) {
    expect([status, body.code, body.detail]).toEqual([
      409,
      'TASK_TAKEN',
      `The task is assigned to ${assignee}.`,
    ]);
  }
});

const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString();
/** What each call came to: its status, or the code of its refusal. */
const calls = async (taskId: string, ...made: [who: string, name: string, body?: object][]) => {
  const came: (string | number)[] = [];
  for (const [who, name, body] of made) {
    const answer = await verb(who, taskId, name, body);
    came.push(answer.body.code ?? answer.status);
  }
  return came;
};

test('a task takes each verb with the body that the contract names', async () => {
  const { taskId } = await claimed();
  expect(
    await calls(
      taskId,
      ['agent', 'release'],
      ['agent', 'claim'],
      ['agent', 'delegate', { to: 'agent-2', until: tomorrow() }],
      ['agent', 'withdraw'],
      ['lead', 'remind'],
      ['agent', 'copy', { to: ['legal'] }],
      ['agent', 'comment', { text: 'Seen' }],
      ['agent', 'reassign', { to: 'agent-2' }],
      ['agent-2', 'complete', { outcome: 'register', data: {}, reason: 'Complete' }],
    ),
  ).toEqual([200, 200, 200, 200, 200, 200, 200, 200, 200]);
});

test('what is no seat of a decision has no signers', async () => {
  const { taskId } = await claimed();
  expect(
    await calls(
      taskId,
      ['agent', 'add-signer', { to: 'agent-2', position: 'after' }],
      ['agent', 'remove-signer', { who: 'agent-2' }],
    ),
  ).toEqual(['VERB_NOT_ALLOWED', 'VERB_NOT_ALLOWED']);
});
