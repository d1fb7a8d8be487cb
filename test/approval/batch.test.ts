import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import { putPerson } from '../../db/own/people.ts';
import { type Browser, openBrowser } from '../sign-in/browser.ts';
import { recordsOf } from '../support/records.ts';
import { type ApprovalApi, startApprovalApi } from './approval-api.ts';

// Guarantee: several approvals of one step are approved together, each by itself, and only those that their signer has
// read as they are or that have nothing to look at; a row says what became of each, and one id stands in all that is kept.

let api: ApprovalApi;
beforeAll(async () => {
  api = await startApprovalApi();
});
afterAll(() => api.stop());

interface Waiting {
  taskId: string;
  caseId: string;
  subjectHash: string;
  hold: string | null;
  group: string;
}
const waiting = async (person: string): Promise<Waiting[]> =>
  (await api.call(person, 'GET', '/v1/approvals')).body.items;
const itemOf = async (person: string, approval: string) => {
  const found = (await waiting(person)).find(({ caseId }) => caseId === approval) as Waiting;
  return { taskId: found.taskId, subjectHash: found.subjectHash };
};
const read = (person: string, approval: string) => api.call(person, 'GET', `/v1/approvals/${approval}`);
const send = (person: string, items: object[], key?: string) =>
  api.call(person, 'POST', '/v1/approvals/batch', { items }, key === undefined ? {} : { key });
const results = (body: { items: { result: string; code?: string }[] }) =>
  body.items.map(({ result, code }) => code ?? result);
const entryOf = async (approval: string) => {
  const { body } = await api.call('manager', 'GET', `/v1/cases/${approval}/entries`);
  const entry = body.items.findLast(({ type }: { type: string }) => type === 'seat.approved');
  return entry === undefined ? undefined : JSON.parse(entry.leaf);
};

describe('a batch', () => {
  test('200: one refusal stops no other; every entry and record has its id', async () => {
    const [first, second, third] = [
      await api.proposed(20_000),
      await api.proposed(30_000),
      await api.proposed(40_000),
    ];
    const items = [];
    for (const { approval } of [first, second, third]) {
      items.push(await itemOf('legal', approval));
    }
    await read('legal', first.approval);
    await read('legal', third.approval);
    const { status, body } = await send('legal', [...items, { taskId: 'none', subjectHash: 'a'.repeat(64) }]);
    expect(status).toBe(200);
    expect(results(body)).toEqual(['approved', 'CARD_UNREAD', 'approved', 'TASK_UNKNOWN']);
    for (const { approval } of [first, third]) {
      expect((await entryOf(approval)).data).toMatchObject({ outcome: 'approve', batchId: body.batchId });
    }
    expect(await entryOf(second.approval)).toBeUndefined();
    const records = recordsOf(api.store).filter(({ detail }) => detail.batchId === body.batchId);
    expect(records.map(({ type, detail }) => `${type} ${detail.code ?? ''}`.trim())).toEqual([
      'command.refused CARD_UNREAD',
      'command.refused TASK_UNKNOWN',
      'approvals.batch-decided',
    ]);
    expect(records.at(-1)?.detail.items).toEqual([
      ...body.items.slice(0, 3),
      { ...body.items[3], taskId: null },
    ]);
    // What its sender has made up of an id stands in no record.
    expect(records.map(({ subject }) => subject.id)).toEqual([second.approval, embeddedTenant, 'legal']);
  });

  test('200: sent again under its key it is answered as the first time, and decides nothing anew', async () => {
    const { approval } = await api.proposed(20_000);
    const item = await itemOf('legal', approval);
    await read('legal', approval);
    const sent = await send('legal', [item], 'the-same');
    const again = await send('legal', [item], 'the-same');
    expect([again.status, again.body]).toEqual([200, sent.body]);
    expect(results(sent.body)).toEqual(['approved']);
    expect((await send('legal', [{ ...item, subjectHash: 'b'.repeat(64) }], 'the-same')).body.code).toBe(
      'IDEMPOTENCY_KEY_REUSED',
    );
    expect(results((await send('legal', [item])).body)).not.toEqual(['approved']);
  });

  test('200: what is all green needs no look; what misses a paper, has changed or was refused does', async () => {
    const green = await api.proposed(9_000);
    expect((await waiting('legal')).find(({ caseId }) => caseId === green.approval)?.hold).toBe(
      'CARD_UNREAD',
    );
    await api.addDocument(green.claim);
    expect((await waiting('legal')).find(({ caseId }) => caseId === green.approval)?.hold).toBeNull();
    expect(results((await send('legal', [await itemOf('legal', green.approval)])).body)).toEqual([
      'approved',
    ]);

    const changed = await api.proposed(9_000);
    await api.addDocument(changed.claim);
    const item = await itemOf('legal', changed.approval);
    await api.call('adjuster', 'POST', `/v1/cases/${changed.claim}/events`, {
      ...{ type: 'amend', data: { amount: { amount: 900_00, currency: 'CNY' } } },
    });
    expect(results((await send('legal', [item])).body)).toEqual(['APPROVAL_ENDED']);
    const anew = await api.approvalOf(changed.claim);
    expect((await waiting('legal')).find(({ caseId }) => caseId === anew)?.hold).toBe('CARD_UNREAD');
  });

  test('200: what was read before it was another, needs a second factor or exceeds a limit stays', async () => {
    const large = await api.proposed(200_000);
    await read('legal', large.approval);
    const { approval } = await api.proposed(20_000);
    await read('legal', approval);
    const item = await itemOf('legal', approval);
    const { body } = await send('legal', [
      { ...item, subjectHash: 'c'.repeat(64) },
      await itemOf('legal', large.approval),
    ]);
    expect(results(body)).toEqual(['STALE', 'SECOND_FACTOR_REQUIRED']);
    // Somebody else's seat, and a step above the sender's limit.
    expect(results((await send('finance', [item])).body)).toEqual(['ROLE_REQUIRED']);
    expect(results((await send('adjuster', [item])).body)).toEqual(['ROLE_REQUIRED']);
    expect(await entryOf(approval)).toBeUndefined();
  });

  test('422: of two steps, twice the same, nothing, too many', async () => {
    const [atLegal, atAmount] = [await api.proposed(20_000), await api.proposed(20_000)];
    const seat = await api.openSeat(atAmount.approval);
    expect(await api.approve(seat.assignee ?? '', seat.taskId)).toBe(200);
    const counsel = {
      ...{ tenant: embeddedTenant, id: 'counsel', name: 'Counsel', roles: ['legal', 'lead'] },
      ...{ departments: ['legal'], skills: [], authority: [{ amount: 5_000_000, currency: 'CNY' }] },
    };
    await putPerson(api.store, { ...counsel, status: 'active' });
    const items = [];
    for (const { approval } of [atLegal, atAmount]) {
      const { taskId, assignee } = await api.openSeat(approval);
      if (assignee !== 'counsel') {
        const handed = await api.call(assignee, 'POST', `/v1/tasks/${taskId}/reassign`, { to: 'counsel' });
        expect(handed.status).toBe(200);
      }
      items.push({ taskId, subjectHash: (await read('counsel', approval)).body.subjectHash });
    }
    expect((await send('counsel', items)).body.code).toBe('BATCH_MIXED');
    expect(recordsOf(api.store).at(-1)).toMatchObject({ detail: { code: 'BATCH_MIXED' } });
    await putPerson(api.store, { ...counsel, status: 'disabled' });
    const other = items[0] as { taskId: string; subjectHash: string };
    expect((await send('legal', [other, other])).body.code).toBe('INPUT_INVALID');
    expect((await send('legal', [])).status).toBe(422);
    expect(
      (
        await send(
          'legal',
          Array.from({ length: 101 }, (_, n) => ({ ...other, taskId: `${n}` })),
        )
      ).status,
    ).toBe(422);
    expect((await send('legal', [{ ...other, outcome: 'reject' }])).status).toBe(422);
    expect((await api.call(null, 'POST', '/v1/approvals/batch', { items: [other] })).status).toBe(401);
  });
});

describe('the page', () => {
  const asPage = { headers: { accept: 'text/html' } };
  const signedIn = async (person: string): Promise<Browser> => {
    const visitor = openBrowser(api.app, 'http://localhost:3000');
    await visitor.post('/sign-in/demo', { form: { person, next: '/v1/people/me' } });
    return visitor;
  };

  test('lists what waits, has the read ones ticked and approved, and says what became of each', async () => {
    const [opened, unread] = [await api.proposed(21_000), await api.proposed(22_000)];
    const visitor = await signedIn('legal');
    await visitor.get(`/approvals/${opened.approval}`, asPage);
    const list = await visitor.get('/approvals?lang=en', asPage);
    const box = (approval: string) =>
      new RegExp(`<input type="checkbox" id="item-${approval}"[^>]*>`).exec(list.text)?.[0] ?? '';
    expect(list.text).toContain(`<label for="item-${opened.approval}">`);
    expect(box(opened.approval)).not.toContain('disabled');
    expect(box(unread.approval)).toContain('disabled');
    const item = /value="([^"]+)"/.exec(box(opened.approval))?.[1] ?? '';
    const key = /name="key" value="([^"]+)"/.exec(list.text)?.[1] ?? '';
    const done = await visitor.post('/approvals', { form: { key, item }, ...asPage });
    expect(done.text).toContain(': approved');
    expect((await entryOf(opened.approval)).data).toMatchObject({ batchId: expect.stringMatching(/^b-/) });
    const elsewhere = { accept: 'text/html', origin: 'http://evil.example' };
    expect((await visitor.post('/approvals', { form: { key, item }, headers: elsewhere })).status).toBe(403);
    expect((await openBrowser(api.app, 'http://localhost:3000').get('/approvals', asPage)).at).toBe(
      '/sign-in?next=%2Fapprovals',
    );
  });
});
