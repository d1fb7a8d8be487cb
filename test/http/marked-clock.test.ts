import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { publishDefinition } from '../../db/own/definitions.ts';
import { definitionHash } from '../../machines/definition/hash.ts';
import { runtimePart } from '../../machines/definition/runtime-part.ts';
import { DefinitionDocument } from '../../machines/definition/schema.ts';
import type { JsonObject } from '../../machines/kernel/json.ts';
import { clockMark } from '../../machines/kernel/restriction.ts';
import { shippedDefinitions } from '../../machines/library/index.ts';
import { startTestApi } from '../support/api.ts';

// Guarantee: a clock tells nobody of the marked state or event that starts it, and a marked document's entry is for its
// roles alone.

let api: Awaited<ReturnType<typeof startTestApi>>;
const title = { zh: '例', en: 'Example' };
const marked = { 'x-restricted': ['siu'] };
const clock = (starts: object[]) => ({
  ...{ title, source: { kind: 'company promise', rule: 'Example' }, starts, stops: [{ event: 'close' }] },
  ...{ limit: 'P15D', count: 'calendar-days' },
});
const document = DefinitionDocument.parse({
  $schema: '../../definition/case-definition.v1.json',
  ...{ id: 'marked-clock', version: '1.0.0', kind: 'claim', title, owner: 'agent', calendar: 'always' },
  data: { type: 'object', properties: {}, additionalProperties: false },
  events: { suspect: { title, by: ['siu'], ...marked }, close: { title, by: ['siu'] } },
  machine: {
    initial: 'open',
    states: {
      open: {
        type: 'parallel',
        states: {
          work: { on: { close: '#closed' } },
          check: { initial: 'free', states: { free: { on: { suspect: 'checking' } }, checking: marked } },
        },
      },
      closed: { id: 'closed', type: 'final' },
    },
  },
  tasks: { work: { title, role: 'agent', outcomes: ['close'] } },
  deadlines: {
    ofState: clock([{ enter: 'checking' }]),
    ofEvent: clock([{ event: 'suspect' }]),
    ofBoth: clock([{ opened: true }, { enter: 'checking' }]),
  },
  documents: { report: { title, ...marked }, photo: { title } },
  open: { by: ['siu'] },
});

beforeAll(async () => {
  api = await startTestApi();
  await publishDefinition(api.store, 'default', {
    ...{ id: document.id, version: document.version, hash: definitionHash(document) },
    ...{ runtime: runtimePart(document), document: document as unknown as JsonObject },
  });
});
afterAll(() => api.stop());

const opened = async (): Promise<string> => {
  const { status, body } = await api.call('siu', 'POST', '/v1/cases', {
    definition: 'marked-clock',
    data: {},
  });
  expect(status).toBe(201);
  return body.caseId;
};

test('a clock that only what is marked starts is shown and explained to its roles alone', async () => {
  const caseId = await opened();
  const send = await api.call('siu', 'POST', `/v1/cases/${caseId}/events`, { type: 'suspect' });
  expect(send.status).toBe(200);
  const clocksOf = async (who: string) =>
    (await api.call(who, 'GET', `/v1/cases/${caseId}`)).body.deadlines
      .map(({ name }: { name: string }) => name)
      .sort();
  const explained = async (who: string, name: string) =>
    (await api.call(who, 'GET', `/v1/cases/${caseId}/deadlines/${name}/explanation`)).status;
  expect(await clocksOf('siu')).toEqual(['ofBoth', 'ofEvent', 'ofState']);
  expect(await clocksOf('agent')).toEqual(['ofBoth']);
  expect(await explained('siu', 'ofState')).toBe(200);
  expect(await explained('agent', 'ofState')).toBe(404);
  expect(await explained('agent', 'ofEvent')).toBe(404);
  expect(await explained('agent', 'ofBoth')).toBe(200);
});

test('the shipped claim’s clock of an investigation is for those who may know of it', () => {
  const claims = shippedDefinitions().filter(({ id }) => id === 'claim');
  expect(claims.length).toBeGreaterThan(0);
  for (const runtime of claims.map(runtimePart)) {
    expect(clockMark(runtime, 'investigation')).toEqual(['siu', 'lead', 'manager', 'compliance', 'auditor']);
    expect(clockMark(runtime, 'first-contact')).toBeUndefined();
  }
});

test('the entry of a marked document is for its roles; that of another is for all', async () => {
  const caseId = await opened();
  for (const key of ['report', 'photo']) {
    const form = new FormData();
    form.set('file', new File([`%PDF-1.7\n${key}`], `${key}.pdf`, { type: 'application/pdf' }));
    form.set('key', key);
    const { status } = await api.app.request(`/v1/cases/${caseId}/documents`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await api.tokenOf('siu')}`, 'idempotency-key': randomUUID() },
      body: form,
    });
    expect([key, status]).toEqual([key, 200]);
  }
  const leavesFor = async (who: string): Promise<string> =>
    (await api.call(who, 'GET', `/v1/cases/${caseId}/entries`)).body.items
      .map(({ leaf }: { leaf: string | null }) => leaf ?? '')
      .join('\n');
  expect(await leavesFor('siu')).toContain('"key":"report"');
  expect(await leavesFor('agent')).not.toContain('"key":"report"');
  expect(await leavesFor('agent')).toContain('"key":"photo"');
});
