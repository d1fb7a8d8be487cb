import { afterAll, beforeAll, expect, test } from 'vitest';
import { publishDefinition } from '../../db/own/definitions.ts';
import { definitionHash } from '../../machines/definition/hash.ts';
import { runtimePart } from '../../machines/definition/runtime-part.ts';
import { DefinitionDocument } from '../../machines/definition/schema.ts';
import type { JsonObject } from '../../machines/kernel/json.ts';
import { startTestApi } from '../support/api.ts';

// Guarantee: whether a task is there for somebody is said by the version that its case follows, and by no other.

let api: Awaited<ReturnType<typeof startTestApi>>;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const title = { zh: '例', en: 'Example' };
const publish = async (version: string, mark: object): Promise<void> => {
  const document = DefinitionDocument.parse({
    $schema: '../../definition/case-definition.v1.json',
    ...{ id: 'checked', version, kind: 'claim', title, owner: 'agent', calendar: 'always' },
    data: { type: 'object', properties: {}, additionalProperties: false },
    events: { clear: { title, by: ['siu'] } },
    machine: {
      initial: 'checking',
      states: { checking: { ...mark, on: { clear: 'cleared' } }, cleared: { type: 'final' } },
    },
    tasks: { checking: { title, role: 'siu', outcomes: ['clear'] } },
    deadlines: {},
    open: { by: ['siu'] },
  });
  await publishDefinition(api.store, 'default', {
    ...{ id: document.id, version, hash: definitionHash(document), runtime: runtimePart(document) },
    document: document as unknown as JsonObject,
  });
};
const taskOf = async (version: string): Promise<string> => {
  const { body } = await api.call('siu', 'POST', '/v1/cases', { definition: `checked@${version}`, data: {} });
  const { tasks } = (await api.call('siu', 'GET', `/v1/cases/${body.caseId}`)).body;
  return tasks[0].taskId;
};
const comment = async (who: string, taskId: string) =>
  (await api.call(who, 'POST', `/v1/tasks/${taskId}/comment`, { text: 'What is this?' })).body.code;

test('a task of a marked state is for its roles only, whatever a newer version marks', async () => {
  await publish('1.0.0', { 'x-restricted': ['siu'] });
  await publish('2.0.0', {});
  const marked = await taskOf('1.0.0');
  expect(await comment('agent', marked)).toBe('TASK_UNKNOWN');
  expect((await api.call('agent', 'GET', `/v1/tasks/${marked}/draft`)).status).toBe(404);
  expect(await comment('siu', marked)).toBeUndefined();
  const open = await taskOf('2.0.0');
  expect(await comment('agent', open)).not.toBe('TASK_UNKNOWN');
});

test('a task of an open state is there for all who see its case, whatever a newer version marks', async () => {
  await publish('3.0.0', { 'x-restricted': ['siu'] });
  expect(await comment('agent', await taskOf('2.0.0'))).not.toBe('TASK_UNKNOWN');
  expect(await comment('agent', await taskOf('3.0.0'))).toBe('TASK_UNKNOWN');
});
