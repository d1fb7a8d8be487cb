import { afterEach, beforeEach, expect, it } from 'vitest';
import { listPromises } from '../../db/read/list-promises.ts';
import { promiseReport } from '../../machines/people/promise-report.ts';
import { startNotified } from '../notification/notified.ts';

// Guarantee: what was promised to customers is told as kept, late or broken, for those who lead, and nobody hidden.

it('counts each promise once, and names those first who kept the fewest in time', () => {
  expect(
    promiseReport([
      { by: 'ann', status: 'met', ended: true },
      { by: 'bob', status: 'breached', ended: false },
      { by: 'bob', status: 'breached', ended: true },
      { by: 'ann', status: 'cancelled', ended: true },
      { by: 'ann', status: 'running', ended: false },
    ]),
  ).toEqual([
    { by: 'bob', promises: 2, open: 0, kept: 0, late: 1, broken: 1, takenBack: 0 },
    { by: 'ann', promises: 3, open: 1, kept: 1, late: 0, broken: 0, takenBack: 1 },
  ]);
});

let api: Awaited<ReturnType<typeof startNotified>>;
beforeEach(async () => {
  api = await startNotified({ at: '2026-03-02T02:00:00.000Z' });
});
afterEach(() => api.stop());

const report = async (person: string, query = '') =>
  (await api.call(person, 'GET', `/v1/reports/promises${query}`)).body;

it('tells what became of them, to who leads and may see the case', async () => {
  const { caseId, tasks } = await api.openComplaint();
  expect((await api.call('agent', 'POST', `/v1/tasks/${tasks[0].taskId}/claim`)).status).toBe(200);
  const path = `/v1/cases/${caseId}/promises`;
  const promise = async (dueAt: string): Promise<string> => {
    const { status } = await api.call('agent', 'POST', path, { dueAt, text: 'I call' });
    expect(status).toBe(200);
    const { deadlines } = (await api.call('agent', 'GET', `/v1/cases/${caseId}`)).body;
    return deadlines
      .map(({ name }: { name: string }) => name)
      .filter((name: string) => name.startsWith('@'))
      .at(-1);
  };
  const end = async (id: string, verb: string, body = {}): Promise<void> => {
    expect((await api.call('agent', 'POST', `${path}/${id}/${verb}`, body)).status).toBe(200);
  };
  await end(await promise('2026-03-02T04:00:00.000Z'), 'keep');
  const late = await promise('2026-03-02T05:00:00.000Z');
  await promise('2026-03-02T05:30:00.000Z');
  await end(await promise('2026-03-02T09:00:00.000Z'), 'cancel', { reason: 'Asked for twice' });
  await promise('2026-03-03T09:00:00.000Z');
  api.setTime('2026-03-02T06:00:00.000Z');
  await end(late, 'keep');

  const line = { by: 'agent', promises: 5, open: 1, kept: 1, late: 1, broken: 1, takenBack: 1 };
  expect(await report('manager')).toMatchObject({ whole: true, items: [line] });
  expect((await report('manager', '?to=2026-03-02T00:00:00Z')).items).toEqual([]);
  const recused = await api.call('compliance', 'POST', `/v1/cases/${caseId}/recusals`, {
    ...{ personId: 'lead', reason: 'Related' },
  });
  expect(recused.status).toBe(200);
  expect((await report('lead')).items).toEqual([]);
  const span = { tenant: 'other', from: '2026-01-01T00:00:00.000Z', to: '2027-01-01T00:00:00.000Z' };
  expect(await listPromises(api.store, span)).toEqual([]);
});

it('is not there for those who do not lead, and refuses what is no time', async () => {
  for (const person of ['agent', 'handler', 'siu']) expect((await report(person)).code).toBe('NOT_FOUND');
  expect((await report('manager', '?from=yesterday')).code).toBe('INPUT_INVALID');
});
