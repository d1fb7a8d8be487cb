import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi } from '../support/api.ts';
import { inProcessCases } from '../support/in-process-cases.ts';

// Guarantee: of commands that all name the same ETag exactly one is taken, also where the API has let all of them past.

type Api = Awaited<ReturnType<typeof startTestApi>>;
let api: Api;
let gate = Promise.resolve();
let held = 0;

beforeAll(async () => {
  api = await startTestApi({
    casesOf: (store, now) => {
      const cases = inProcessCases(store, { now });
      const { send } = cases;
      return {
        ...cases,
        send: async (...args) => {
          held += 1;
          await gate;
          return send(...args);
        },
      };
    },
  });
});
afterAll(() => api.stop());

test('two commands with the same If-Match, both past the API before either is taken', async () => {
  const { caseId, rev } = await api.openComplaint();
  const open = Promise.withResolvers<void>();
  gate = open.promise;
  const headers = { 'if-match': `"${rev}"` };
  const event = (person: string, body: object, key: string, withHeaders = true) =>
    api.call(person, 'POST', `/v1/cases/${caseId}/events`, body, {
      key,
      ...(withHeaders ? { headers } : {}),
    });
  // Both are possible in the first state, one after the other too.
  const racing = Promise.all([
    event('agent', { type: 'mark.urgent', reason: 'a' }, 'first'),
    event('agent', { type: 'register', data: {} }, 'second'),
  ]);
  await expect.poll(() => held).toBe(2);
  open.resolve();
  const answers = await racing;
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  const winner = answers.findIndex(({ status }) => status === 200);
  const loser = answers[1 - winner];
  expect(loser?.body).toMatchObject({ code: 'STALE', detail: expect.stringContaining(`rev ${rev}`) });
  const { body } = await api.call('handler', 'GET', `/v1/cases/${caseId}/entries`);
  expect(body.items).toHaveLength(2);

  // A refusal leaves its key free: judged anew, without a condition, it is taken.
  const again =
    winner === 0
      ? await event('agent', { type: 'register', data: {} }, 'second', false)
      : await event('agent', { type: 'mark.urgent', reason: 'a' }, 'first', false);
  expect(again.status).toBe(200);
});
