import { afterAll, beforeAll, expect, test } from 'vitest';
import { publishDefinition } from '../../db/own/definitions.ts';
import { type Person, putPerson } from '../../db/own/people.ts';
import { definitionHash } from '../../machines/definition/hash.ts';
import { runtimePart } from '../../machines/definition/runtime-part.ts';
import { DefinitionDocument } from '../../machines/definition/schema.ts';
import type { JsonObject } from '../../machines/kernel/json.ts';
import { startTestApi } from '../support/api.ts';

// Guarantee: what goes back to another department, or is taken from one by whoever leads, stands in the report of what
// went to and fro; it is the sender's until somebody there takes it.

let api: Awaited<ReturnType<typeof startTestApi>>;
const title = { zh: '例', en: 'Example' };
const document = DefinitionDocument.parse({
  $schema: '../../definition/case-definition.v1.json',
  ...{ id: 'returning', version: '1.0.0', kind: 'claim', title, owner: 'handler', calendar: 'always' },
  data: { type: 'object', properties: {}, additionalProperties: false },
  events: {
    register: { title, by: ['handler'] },
    approve: { title, by: ['legal'] },
    'send-back': { title, by: ['legal'] },
    settle: { title, by: ['handler'] },
  },
  machine: {
    initial: 'intake',
    states: {
      intake: { on: { register: 'review' } },
      review: { on: { approve: 'decide', 'send-back': 'intake' } },
      decide: { on: { settle: 'done' } },
      done: { type: 'final' },
    },
  },
  tasks: {
    intake: { title, role: 'handler', outcomes: ['register'] },
    review: { title, role: 'legal', outcomes: ['approve', 'send-back'] },
    decide: { title, role: 'handler', outcomes: ['settle'], returnTo: ['intake', 'review'] },
  },
  deadlines: {},
  open: { by: ['handler'] },
});
const person = (id: string, roles: string[], department: string, superior?: string): Person => ({
  ...{ tenant: 'default', id, name: id, status: 'active', roles, departments: [department], skills: [] },
  ...{ authority: [], ...(superior === undefined ? {} : { superior }) },
});

beforeAll(async () => {
  api = await startTestApi();
  for (const each of [
    person('chief', ['manager'], 'board'),
    person('ann', ['handler'], 'claims-a', 'chief'),
    person('ben', ['handler'], 'claims-b', 'chief'),
    person('lea', ['legal'], 'law', 'chief'),
    person('boss', ['lead'], 'claims-b', 'chief'),
  ]) {
    await putPerson(api.store, each);
  }
  await publishDefinition(api.store, 'default', {
    ...{ id: document.id, version: document.version, hash: definitionHash(document) },
    ...{ runtime: runtimePart(document), document: document as unknown as JsonObject },
  });
});
afterAll(() => api.stop());

const openTask = async (caseId: string) => {
  const { tasks } = (await api.call('chief', 'GET', `/v1/cases/${caseId}`)).body;
  return tasks.find(({ status }: { status: string }) => status === 'open');
};
const verb = async (who: string, caseId: string, name: string, body: object = {}): Promise<void> => {
  const { taskId } = await openTask(caseId);
  const answer = await api.call(who, 'POST', `/v1/tasks/${taskId}/${name}`, body);
  expect([name, answer.status, answer.body.code]).toEqual([name, 200, undefined]);
};
const opened = async (): Promise<string> => {
  const { status, body } = await api.call('ann', 'POST', '/v1/cases', { definition: 'returning', data: {} });
  expect(status).toBe(201);
  await verb('ann', body.caseId, 'claim');
  return body.caseId;
};
const pair = async (from: string, to: string) =>
  (await api.call('chief', 'GET', '/v1/reports/transfers')).body.items.find(
    (each: { from: string; to: string }) => each.from === from && each.to === to,
  );

test('returned to another department: asked until it is taken there', async () => {
  const caseId = await opened();
  await verb('ann', caseId, 'complete', { outcome: 'register' });
  await verb('lea', caseId, 'claim');
  await verb('lea', caseId, 'return', { toStep: 'intake', reason: 'The photos are missing' });
  expect(await openTask(caseId)).toMatchObject({ state: 'intake', transfer: expect.any(String) });
  expect(await pair('law', 'claims-a')).toMatchObject({ transfers: 1, accepted: 0 });
  await verb('ann', caseId, 'claim');
  expect(await openTask(caseId)).not.toHaveProperty('transfer');
  expect(await pair('law', 'claims-a')).toMatchObject({ transfers: 1, accepted: 1 });
});

test('taken to their own department by who leads there: it has left the one of who had it', async () => {
  const caseId = await opened();
  await verb('boss', caseId, 'reassign', { to: 'ben' });
  expect(await openTask(caseId)).toMatchObject({ assignee: 'ben', transfer: expect.any(String) });
  expect(await pair('claims-a', 'claims-b')).toMatchObject({ transfers: 1, accepted: 0 });
});

test('returned to any step that the definition names: the task says which, and the trail what was done', async () => {
  const caseId = await opened();
  expect((await openTask(caseId)).returnTo).toEqual([]);
  await verb('ann', caseId, 'complete', { outcome: 'register' });
  await verb('lea', caseId, 'complete', { outcome: 'approve' });
  expect((await openTask(caseId)).returnTo).toEqual([
    { id: 'intake', title },
    { id: 'review', title },
  ]);
  const event = { type: 'task.return.intake', reason: 'By hand' };
  const sent = await api.call('ben', 'POST', `/v1/cases/${caseId}/events`, event);
  expect([sent.status, sent.body.code]).toEqual([409, 'EVENT_UNKNOWN']);
  await verb('ben', caseId, 'return', { toStep: 'intake', reason: 'The photos are missing' });
  expect(await openTask(caseId)).toMatchObject({ state: 'intake', transfer: expect.any(String) });
  const { body } = await api.call('ben', 'GET', `/v1/cases/${caseId}/entries`);
  const { type, data, reason } = body.items.at(-1);
  expect([type, data.toStep, reason]).toEqual(['task.returned', 'intake', 'The photos are missing']);
});
