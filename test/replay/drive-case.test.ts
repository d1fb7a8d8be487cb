import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiAnswer, ApiRequest, SendRequest } from '../../cli/replay/case-api.ts';
import type { CasePlan } from '../../cli/replay/plan.ts';
import { planComplaint } from '../../cli/replay/plan-complaint.ts';
import { readPlans } from '../../cli/replay/read-plans.ts';
import { replayPlans } from '../../cli/replay/replay-plans.ts';
import { startTestApi, type TestApi } from '../support/api.ts';

// Guarantee: a replay goes through the API as the right people, waits where it is asked to, and repeats safely.

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const send: SendRequest = async ({ person, method, path, body, key }) => {
  const { status, body: answer } = await api.call(
    person,
    method,
    path,
    body,
    key === undefined ? {} : { key },
  );
  return { status, body: answer };
};

const file = (fileNo: string) => ({
  fileNo,
  opened: '2024-03-04',
  closed: '2024-05-06',
  companies: ['Made-up Insurance Company'],
  coverages: ['Homeowners'],
  subcoverages: [],
  reasons: ['Claim Handling'],
  subreasons: ['Claim Delay'],
  dispositions: ['Claim Settled'],
  conclusions: [],
  recoveryUsd: 120.5,
});
const plan = (fileNo: string): CasePlan => planComplaint(file(fileNo));

it('sends each step as an import on behalf of who did it, on the file’s dates', async () => {
  const figures = await replayPlans([plan('1')], { send, mode: 'historical' });
  expect(figures).toMatchObject({
    cases: { driven: 1, closed: 1 },
    commands: { refused: 0 },
    interrupted: false,
  });
  const { body } = await api.call('auditor', 'GET', '/v1/cases?limit=5');
  const [{ caseId, number, receivedAt, closedAt, mode }] = body.items;
  expect({ number, receivedAt, closedAt, mode }).toEqual({
    number: 'CP-2024-000001',
    receivedAt: '2024-03-04T14:00:00.000Z',
    closedAt: '2024-05-06T22:00:00.000Z',
    mode: 'historical',
  });
  const trail = (await api.call('auditor', 'GET', `/v1/cases/${caseId}/entries?limit=200`)).body.items;
  const entry = (type: string) => trail.find((each: { type: string }) => each.type === type);
  expect(entry('approve')).toMatchObject({
    actor: { id: 'admin' },
    onBehalfOf: { id: 'complaints-manager' },
  });
  expect(entry('offer.accept')).toMatchObject({ actor: { id: 'agent' }, onBehalfOf: { customer: true } });
});

it('done again it is answered the same, and adds nothing', async () => {
  const entries = () => api.store.sqlite.prepare('select count(*) as n from entries').get();
  await replayPlans([plan('2')], { send, mode: 'historical' });
  const before = entries();
  const again = await replayPlans([plan('2')], { send, mode: 'historical' });
  expect(again).toMatchObject({ cases: { driven: 1, closed: 1 }, commands: { refused: 0 } });
  expect(entries()).toEqual(before);
});

it('begins no case after an interruption, ends those under way, and goes on from there', async () => {
  const stop = new AbortController();
  const plans = ['3', '4', '5', '6'].map(plan);
  const options = { send, mode: 'historical', width: 1 } as const;
  const first = await replayPlans(plans, { ...options, signal: stop.signal, onProgress: () => stop.abort() });
  expect(first).toMatchObject({ interrupted: true, cases: { planned: 4, driven: 1, closed: 1 } });
  expect(await replayPlans(plans, options)).toMatchObject({ interrupted: false, cases: { closed: 4 } });
});

it('waits as long as it is asked to, with the same key', async () => {
  const busy: ApiAnswer[] = [
    { status: 503, retryAfterS: 0.05, body: { code: 'PROJECTION_BEHIND' } },
    { status: 429, retryAfterS: 0.05, body: null },
    { status: 409, retryAfterS: 0.05, body: { code: 'IN_PROGRESS' } },
  ];
  const sent: ApiRequest[] = [];
  const unsteady: SendRequest = async (request) => {
    sent.push(request);
    const condition = busy.shift();
    if (sent.length === 5) {
      throw new Error('connection reset');
    }
    return condition ?? send(request);
  };
  const startedAtMs = performance.now();
  const { commands } = await replayPlans([plan('7')], { send: unsteady, mode: 'historical' });
  expect(commands).toMatchObject({ refused: 0, retries: 4 });
  expect(performance.now() - startedAtMs).toBeGreaterThan(150);
  expect(new Set(sent.slice(0, 4).map(({ key }) => key))).toEqual(new Set(['ct-complaint:7#0']));
});

it('stops a case at what is refused, and counts it by its code', async () => {
  const { opening, steps } = plan('8');
  const wrong = [{ ...steps[0], as: 'finance' } as (typeof steps)[number], ...steps.slice(1)];
  const figures = await replayPlans([{ key: 'wrong', opening, steps: wrong }], { send, mode: 'historical' });
  expect(figures).toMatchObject({
    cases: { driven: 1, closed: 0 },
    commands: { accepted: 1, refused: 1, refusedByCode: { ROLE_REQUIRED: 1 } },
  });
  expect(figures.commands.firstRefused).toContain('register (ROLE_REQUIRED)');
});

describe('the file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'caseloom-replay-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const written = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
    return path;
  };
  const lines = (count: number) =>
    Array.from({ length: count }, (_, n) => JSON.stringify(file(String(n)))).join('\n');

  it('is told by its own fields, packed or not, and a limit is spread over it', async () => {
    for (const name of ['a.jsonl', 'a.jsonl.gz']) {
      const { kind, plans } = await readPlans(written(name, lines(100)), { limit: 4 });
      expect([kind, plans.map(({ key }) => key)]).toEqual([
        'complaints',
        ['ct-complaint:0', 'ct-complaint:25', 'ct-complaint:50', 'ct-complaint:75'],
      ]);
    }
    expect((await readPlans(written('b.jsonl', lines(3)), { limit: 10 })).plans).toHaveLength(3);
  });

  it.each([
    ['that is no JSON', 'a.jsonl', '{', /cannot be read as JSON lines/],
    ['of another kind', 'a.jsonl', '{"name":1}', /of no kind that is known/],
    ['with a line that lacks a field', 'a.jsonl', `${lines(1)}\n{"fileNo":"2"}`, /line 2: opened/],
    ['that is not packed as it says', 'a.jsonl.gz', '', /of no kind/],
    ['with nothing in it', 'a.jsonl', '', /of no kind/],
  ])('%s is refused, with its place', async (_, name, text, message) => {
    await expect(readPlans(written(name, text), {})).rejects.toThrow(message);
  });

  it('that is cut off or missing is refused', async () => {
    const path = written('cut.jsonl.gz', lines(50));
    writeFileSync(path, gzipSync(lines(50)).subarray(0, 200));
    await expect(readPlans(path, {})).rejects.toThrow(/cannot be read/);
    await expect(readPlans(join(folder, 'none.jsonl'), {})).rejects.toThrow(/cannot be read/);
  });
});
