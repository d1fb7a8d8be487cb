import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shippedLadder } from '../../machines/library/notification/index.ts';
import near from '../../machines/library/notification/templates/deadline-near.json' with { type: 'json' };
import digest from '../../machines/library/notification/templates/digest.json' with { type: 'json' };
import { recordsOf } from '../support/records.ts';
import { startNotified } from './notified.ts';

// Guarantee: a company tells its people by its own ladder and texts, in versions that never change; without any, by ours.

let api: Awaited<ReturnType<typeof startNotified>>;
beforeEach(async () => {
  api = await startNotified({ at: '2026-03-02T02:00:00.000Z' });
});
afterEach(() => api.stop());

const put = (path: string, body: object, person = 'admin') =>
  api.call(person, 'PUT', `/v1/notifications/${path}`, body);
const own = {
  ...shippedLadder,
  version: '1.1.0',
  rungs: shippedLadder.rungs.map((rung) => (rung.id === 'three-quarters' ? { ...rung, send: false } : rung)),
};
const text = { ...near, version: 2, en: { ...near.en, subject: 'Look at {caseNumber}' } };

it('a ladder and a template of the company’s own decide who is told and what it says', async () => {
  expect((await put('ladder', own)).body).toMatchObject({ own: true, ladder: { version: '1.1.0' } });
  expect((await put('templates/deadline-near', text)).body).toMatchObject({
    own: true,
    template: { version: 2 },
  });
  const preview = await api.call('agent', 'GET', '/v1/notifications/templates/deadline-near/preview?lang=en');
  expect(preview.body.subject).toBe('Look at CL-2026-000123');
  await api.prefer('complaints-manager', { lang: 'en' });
  const { caseId, number } = await api.openComplaint();
  api.setTime('2026-03-02T21:00:00.000Z');
  const event = { type: 'contact', data: { how: 'phone' } };
  expect((await api.call('handler', 'POST', `/v1/cases/${caseId}/events`, event)).status).toBe(200);
  await api.settle();
  const { body } = await api.call('complaints-manager', 'GET', '/v1/notifications');
  expect(body.items).toMatchObject([
    { rule: 'three-quarters', status: 'shown', subject: `Look at ${number}` },
  ]);
  expect((await api.notices('complaints-manager'))[0]).toMatchObject({ templateVersion: 2 });
  const records = recordsOf(api.store).filter(({ type }) => type === 'setting.changed');
  expect(records.map(({ detail }) => detail)).toEqual([
    { name: 'ladder', version: '1.1.0' },
    { name: 'template:deadline-near', version: '2' },
  ]);
});

it('goes back to what is shipped', async () => {
  await put('ladder', own);
  await put('templates/deadline-near', text);
  expect((await api.call('admin', 'DELETE', '/v1/notifications/ladder')).body).toMatchObject({
    ...{ own: false, ladder: { version: shippedLadder.version } },
  });
  expect((await api.call('admin', 'DELETE', '/v1/notifications/templates/deadline-near')).body).toMatchObject(
    {
      ...{ own: false, template: { version: 1 } },
    },
  );
});

describe('what is refused', () => {
  it.each<[string, string, object, string]>([
    ['a rung for a role that there is not', 'ladder', { ...own, lastResort: ['pilot'] }, '/lastResort/0'],
    [
      'a rung with a template that there is not',
      'ladder',
      { ...own, rungs: [{ ...own.rungs[0], template: 'nothing' }] },
      '/rungs/0/template',
    ],
    ['a ladder without rungs', 'ladder', { ...own, rungs: [] }, '/rungs'],
    ['a template under another id', 'templates/deadline-near', { ...digest, version: 2 }, '/id'],
    [
      'a field that such a message has no value for',
      'templates/deadline-near',
      { ...text, fields: [...near.fields, 'held'] },
      `/fields/${near.fields.length}`,
    ],
    [
      'a text that uses what `fields` does not list',
      'templates/deadline-near',
      { ...text, en: { ...text.en, body: '{held}' } },
      '/en/body',
    ],
  ])('%s', async (_, path, body, pointer) => {
    const { status, body: problem } = await put(path, body);
    expect([status, problem.code]).toEqual([422, 'DATA_INVALID']);
    expect(problem.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
  });

  it('another content under a version that there has been, and whoever is no administrator', async () => {
    expect((await put('ladder', { ...own, version: shippedLadder.version })).body.code).toBe(
      'ALREADY_EXISTS',
    );
    expect((await put('ladder', own)).status).toBe(200);
    expect((await put('ladder', { ...own, apart: 'PT2H' })).body.code).toBe('ALREADY_EXISTS');
    expect((await put('ladder', own)).status).toBe(200);
    expect((await put('templates/deadline-near', { ...text, version: 1 })).body.code).toBe('ALREADY_EXISTS');
    expect((await put('ladder', own, 'manager')).body.code).toBe('ROLE_REQUIRED');
    expect((await put('templates/nothing', text)).status).toBe(404);
  });
});
