import { afterAll, beforeAll, expect, it } from 'vitest';
import { generatePolicyBook } from '../../activities/ports/generated-policies.ts';
import { claimRoads } from '../../cli/demo/claim-roads.ts';
import { complaintRoads, refusedRoad } from '../../cli/demo/complaint-roads.ts';
import { decisionDays, demoCases, planDemo } from '../../cli/demo/plan-demo.ts';
import { teamRoad } from '../../cli/demo/team-road.ts';
import type { SendRequest } from '../../cli/replay/case-api.ts';
import type { CaseAnswer } from '../../cli/replay/follow-case.ts';
import { replayPlans } from '../../cli/replay/replay-plans.ts';
import type { Deadline } from '../../machines/kernel/state.ts';
import { startTestApi, type TestApi } from '../support/api.ts';

// Guarantee: the demonstration shows every phase, clocks at 75, 90 and 100 %, an incident and a refusal, all marked.

const now = Date.parse('2026-03-20T02:00:00.000Z');
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({
    now: () => now,
  });
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

const book = generatePolicyBook();
const plans = planDemo(now, book);

it('plans sixty cases, each phase among them, the same ones for each start', () => {
  expect(plans).toHaveLength(demoCases);
  expect(planDemo(now, book)).toEqual(plans);
  expect(planDemo(now, book, 1).length).toBe(8);
  const planned = plans.map(({ steps }) => JSON.stringify(steps));
  for (const { steps } of [...complaintRoads, ...claimRoads, refusedRoad, teamRoad]) {
    expect(planned).toContain(JSON.stringify(steps));
  }
});

it('marks every case as generated, and proves every earlier date', () => {
  for (const { opening } of plans) {
    const { data, profile, receivedAt, reason, evidence } = opening.body;
    expect(JSON.stringify(data)).toContain('（生成）');
    expect(receivedAt === undefined ? [] : [reason, evidence]).toEqual(
      receivedAt === undefined ? [] : ['Generated for the demonstration', 'Generated for the demonstration'],
    );
    expect(receivedAt === undefined).toBe(profile === 'demo');
  }
});

it('takes complaints into each of their phases, refuses one remedy, and shows the three clocks', async () => {
  const complaints = plans.filter(({ opening }) => opening.body.definition === 'complaint');
  const driven = new Map<string, CaseAnswer>();
  const { commands } = await replayPlans(complaints, {
    send,
    mode: 'live',
    onCase: ({ key }, one) => driven.set(key, one),
  });
  expect(commands).toMatchObject({ refused: 0, refusedAsPlanned: 1, firstRefused: null });
  expect(driven.size).toBe(complaints.length);
  const reached = new Set([...driven.values()].flatMap(({ states }) => states));
  // What the bank double rejects it rejects on a running server.
  const phases = complaintRoads.map(({ to }) => to).filter((to) => to !== 'payment-failed');
  expect([...reached]).toEqual(expect.arrayContaining(phases));

  const clocks = plans.slice(0, decisionDays.length).map(({ key }) => {
    const deadlines = (driven.get(key)?.deadlines ?? []) as (Deadline & { name: string })[];
    return deadlines.find(({ name }) => name === 'decision');
  });
  const stages = clocks.map((clock) =>
    clock?.breachedAt === undefined ? clock?.warnings.findLast(({ done }) => done)?.fraction : 1,
  );
  expect(stages.toSorted()).toEqual([0.75, 0.9, 1]);
});
