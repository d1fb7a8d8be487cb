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

test('what the medical reviewer says of a complaint is for who must know it, the conclusion for all', async () => {
  const { caseId } = await api.openComplaint();
  const path = `/v1/cases/${caseId}/events`;
  const send = async (person: string, type: string, data?: object) => {
    const body = { type, ...(data === undefined ? {} : { data }) };
    const answer = await api.call(person, 'POST', path, body);
    return answer.status === 200 ? 200 : answer.body.code;
  };
  expect(await send('agent', 'register', { policyNumber: 'P-2' })).toBe(200);
  expect(await send('handler', 'acknowledge')).toBe(200);
  expect(await send('handler', 'accept', { severity: 'P2', cause: 'delay' })).toBe(200);
  expect(await send('handler', 'medical.ask', { question: 'Is the assessment founded?' })).toBe(200);
  const why = 'The knee was not measured again.';
  const answer = { conclusion: 'supports-customer', why };
  expect(await send('medical', 'department.answer', { answer: 'It is not.' })).toBe('ROLE_REQUIRED');
  expect(await send('handler', 'medical.answer', answer)).toBe('ROLE_REQUIRED');
  expect(await send('medical', 'medical.answer', answer)).toBe(200);
  const see = async (person: string) => {
    const read = (await api.call(person, 'GET', `/v1/cases/${caseId}`)).body;
    const { items } = (await api.call(person, 'GET', `/v1/cases/${caseId}/entries`)).body;
    const found = (await api.call(person, 'GET', `/v1/cases?q=${encodeURIComponent(why)}`)).body.items;
    const isSeen = JSON.stringify([read, items, found]).includes(why);
    return [person, read.data.medicalConclusion, isSeen, items.at(-1).leaf !== null, found.length];
  };
  for (const person of ['handler', 'agent', 'finance', 'qa']) {
    expect(await see(person)).toEqual([person, 'supports-customer', false, false, 0]);
  }
  for (const person of ['medical', 'complaints-manager', 'manager', 'legal']) {
    expect(await see(person)).toEqual([person, 'supports-customer', true, true, 0]);
  }
  // The handler goes on with the conclusion.
  expect(await send('handler', 'findings', { finding: 'upheld', evidence: ['medical review'] })).toBe(200);
});
