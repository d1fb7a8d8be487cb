import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi } from '../support/api.ts';

type Api = Awaited<ReturnType<typeof startTestApi>>;
let api: Api;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const mark = 'MARKEDVALUE';

/** Names of the files below a folder that hold the mark. */
const filesWith = (folder: string, text: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .filter((name) => readFileSync(join(folder, name)).includes(text));

test('no personal value or free text is readable in any file, record or log line; the vault gives them back', async () => {
  const { caseId } = await api.openComplaint({
    data: {
      ...{ channel: 'phone', product: 'motor', summary: `${mark} summary` },
      complainant: {
        name: `${mark} name`,
        phone: `${mark}1380000`,
        idNumber: `${mark}id`,
        address: `${mark} road`,
      },
    },
    receivedAt: new Date(Date.now() - 3 * 86_400_000).toISOString(),
    reason: `${mark} reason`,
    evidence: `${mark} evidence`,
  });
  const post = (person: string, path: string, body: object) => api.call(person, 'POST', path, body);
  const path = `/v1/cases/${caseId}/events`;
  await post('agent', path, { type: 'register', data: { policyNumber: 'P-1' }, reason: `${mark} said so` });
  await post('handler', path, { type: 'acknowledge' });
  await post('handler', path, { type: 'accept', data: { severity: 'P2', cause: 'delay' } });
  const ask = { department: 'claims', question: `${mark} question` };
  await post('handler', path, { type: 'department.ask', data: ask });
  const { body } = await api.call('handler', 'GET', `/v1/cases/${caseId}`);
  const open = body.tasks.find(({ status }: { status: string }) => status === 'open');
  await post('handler', `/v1/tasks/${open.taskId}/comment`, { text: `${mark} comment` });

  const form = new FormData();
  form.set('file', new File([`${mark} in the document`], `${mark}.txt`));
  await api.app.request(`/v1/cases/${caseId}/documents`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await api.tokenOf('handler')}`, 'idempotency-key': 'doc' },
    body: form,
  });

  // Refused commands, wrong input and things that are not there leave nothing behind either.
  await post('auditor', path, { type: 'approve', reason: `${mark} refused` });
  await post('agent', path, { type: `${mark.toLowerCase()}.event`, data: { [mark]: mark } });
  await post('agent', `/v1/cases/${mark}/events`, { type: 'register' });
  await post('agent', `/v1/tasks/${mark}/claim`, {});
  await post('agent', '/v1/cases', { definition: mark, data: { [mark]: mark } });
  await api.call('agent', 'POST', path, undefined, { raw: `{"type": ${mark}` });
  await api.call('agent', 'GET', `/v1/cases?q=${mark}name`);
  api.cases.failWith('broken');
  await post('agent', path, { type: 'contact', data: { how: 'phone' }, reason: `${mark} broken` });
  api.cases.failWith(undefined);

  expect(api.logged.length).toBeGreaterThan(0);
  expect(JSON.stringify(api.logged)).not.toContain(mark);
  expect((await api.call(null, 'GET', '/metrics')).body).not.toContain(mark);
  expect(filesWith(api.folder, mark)).toEqual([]);
  expect(filesWith(api.folder, mark.toLowerCase())).toEqual([]);
  expect(filesWith(api.folder, 'delay')).not.toEqual([]);

  const read = await api.call('handler', 'GET', `/v1/cases/${caseId}`);
  expect(read.body.data).toMatchObject({
    summary: `${mark} summary`,
    complainant: { address: `${mark} road` },
  });
  expect(read.body.documents[0].name).toBe(`${mark}.txt`);
  const trail = JSON.stringify((await api.call('handler', 'GET', `/v1/cases/${caseId}/entries`)).body);
  for (const said of ['reason', 'evidence', 'said so', 'question', 'comment']) {
    expect(trail).toContain(`${mark} ${said}`);
  }
  expect(
    JSON.stringify((await api.call('auditor', 'GET', `/v1/cases/${caseId}/entries`)).body),
  ).not.toContain(mark);
});
