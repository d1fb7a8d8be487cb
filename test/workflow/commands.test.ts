import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishPolicy } from '../../db/own/policies.ts';
import { entriesOf, getCase } from '../../db/read/get-case.ts';
import type { Command } from '../../machines/kernel/command.ts';
import { policyRef } from '../../machines/kernel/policy/policy-ref.ts';
import { currentPolicy, type Policy } from '../../machines/kernel/policy/table.ts';
import { caseWorkflowId, commandUpdate } from '../../workflows/messages.ts';
import {
  admin,
  handler,
  lead,
  miniDefinition,
  miniInput,
  miniOpening,
  reason,
  send,
} from '../support/mini-case.ts';
import { startTestServer, type TestServer } from '../support/temporal.ts';
import { answerOf, startTestWorker, type TestWorker } from '../support/worker.ts';

let server: TestServer;
let cases: TestWorker;

beforeAll(async () => {
  server = await startTestServer({ pragmas: { synchronous: 'NORMAL' } });
  cases = await startTestWorker({ temporal: server.temporal, client: server.client });
}, 60_000);

afterAll(async () => {
  await cases?.stop();
  await server?.stop();
});

const handleOf = (caseId: string) => server.client.workflow.getHandle(caseWorkflowId('acme', caseId));

const opened = async (options: Parameters<TestWorker['open']>[0] = {}) => {
  const { caseId, outcome } = await cases.open(options);
  return { caseId, answer: answerOf(outcome) };
};

describe('a command', () => {
  test('is in the store when it is answered', async () => {
    const { caseId, answer } = await opened();
    expect(answer).toMatchObject({ caseId, seq: 1, epoch: 1, status: 'open', projected: true });
    const next = answerOf(await cases.send(caseId, send('note')));
    const row = await getCase(cases.store, { tenant: 'acme', caseId });
    expect(row).toMatchObject({ lastSeq: next.seq, headHash: next.headHash, rev: next.rev });
    expect(row?.state.data).toMatchObject({ notes: 1 });
  });

  test('that is refused says why and what is allowed, and leaves no event in history', async () => {
    const { caseId } = await opened();
    await cases.send(caseId, send('note'));
    const events = async () => (await handleOf(caseId).fetchHistory()).events ?? [];
    // The search for an assignee, which the opening began, writes history too.
    await expect
      .poll(async () => (await events()).some((event) => event.activityTaskCompletedEventAttributes))
      .toBe(true);
    // Its answer is another task of the case; once that is done, nothing else is under way.
    const underWay = (event: Awaited<ReturnType<typeof events>>[number] | undefined) =>
      Boolean(
        event?.activityTaskCompletedEventAttributes ??
          event?.workflowTaskScheduledEventAttributes ??
          event?.workflowTaskStartedEventAttributes,
      );
    await expect.poll(async () => underWay((await events()).at(-1))).toBe(false);
    const before = (await events()).length;
    expect(await cases.send(caseId, send('approve', lead))).toMatchObject({
      type: 'refused',
      refusal: { code: 'EVENT_NOT_ALLOWED' },
    });
    expect(await cases.send(caseId, send('acknowledge', lead))).toMatchObject({
      type: 'refused',
      refusal: { code: 'ROLE_REQUIRED', allowed: expect.any(Array) },
    });
    expect(await events()).toHaveLength(before);
    expect((await getCase(cases.store, { tenant: 'acme', caseId }))?.lastSeq).toBe(2);
  });

  test('cannot pretend to be a service or the engine', async () => {
    const { caseId } = await opened();
    const forged = {
      id: 'f1',
      type: 'service',
      invokeId: 'x',
      visit: 1,
      result: { ok: true, output: null },
      facts: handler,
    } as const;
    expect(await cases.send(caseId, forged)).toMatchObject({
      type: 'refused',
      refusal: { code: 'EVENT_NOT_ALLOWED' },
    });
    expect(
      await cases.send(caseId, { id: 'f2', type: 'failure', effectId: 'x', code: 'X', facts: handler }),
    ).toMatchObject({ type: 'refused' });
  });

  test('that expects the case as it was read: of two at once exactly one is taken, and the other leaves no event', async () => {
    const { caseId, answer } = await opened();
    const racing = ['acknowledge', 'note'].map((event) => ({ ...send(event), expectedRev: answer.rev }));
    const outcomes = await Promise.all(racing.map((command) => cases.send(caseId, command)));
    expect(outcomes.map(({ type }) => type).sort()).toEqual(['answered', 'refused']);
    expect(outcomes.find(({ type }) => type === 'refused')).toMatchObject({ refusal: { code: 'STALE' } });
    const entries = await entriesOf(cases.store, { tenant: 'acme', caseId });
    expect(entries.filter(({ type }) => type === 'acknowledge' || type === 'note')).toHaveLength(1);
    const updates = (await handleOf(caseId).fetchHistory()).events?.filter(
      (event) => event.workflowExecutionUpdateAcceptedEventAttributes,
    );
    // The opening waits for the store by an update of its own.
    expect(updates).toHaveLength(2);
    // Sent again, what was taken is answered and not stale.
    const taken = racing[outcomes.findIndex(({ type }) => type === 'answered')] as Command;
    expect(await cases.send(caseId, taken)).toEqual(outcomes.find(({ type }) => type === 'answered'));
  });

  test('to a case that is not there finds none', async () => {
    expect(await cases.send('nowhere', send('note'))).toEqual({
      type: 'condition',
      code: 'CASE_NOT_RUNNING',
    });
  });

  test('sent eleven at once, all are answered, each at a place of its own', async () => {
    const { caseId } = await opened();
    const outcomes = await Promise.all(Array.from({ length: 11 }, () => cases.send(caseId, send('note'))));
    const seqs = outcomes.map((outcome) => answerOf(outcome).seq).sort((left, right) => left - right);
    expect(seqs).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect((await getCase(cases.store, { tenant: 'acme', caseId }))?.state.data).toMatchObject({ notes: 11 });
  });

  test('sent eleven at once past the turnstile, Temporal turns some away and a later try is answered', async () => {
    const { caseId } = await opened();
    const handle = handleOf(caseId);
    const outcomes = await Promise.all(
      Array.from({ length: 11 }, () => {
        const command = send('note');
        return handle.executeUpdate(commandUpdate, { updateId: command.id, args: [command] });
      }),
    );
    expect(new Set(outcomes.map(({ seq }) => seq)).size).toBe(11);
  });

  test('with an id that was answered is answered the same again, and not applied', async () => {
    const { caseId } = await opened();
    const command = send('note');
    const first = answerOf(await cases.send(caseId, command));
    await cases.send(caseId, send('note'));
    expect(answerOf(await cases.send(caseId, command))).toEqual(first);
    expect((await cases.state(caseId)).data).toMatchObject({ notes: 2 });
  });
});

describe('continue-as-new', () => {
  test('is forced after every few events; ids answered before are answered the same after it', async () => {
    const { caseId } = await opened({ limits: { eventsMax: 4 } });
    const firstRun = (await handleOf(caseId).describe()).runId;
    const command = send('note');
    const first = answerOf(await cases.send(caseId, command));
    for (let count = 0; count < 5; count++) {
      answerOf(await cases.send(caseId, send('note')));
    }
    await expect.poll(async () => (await handleOf(caseId).describe()).runId).not.toBe(firstRun);
    expect(answerOf(await cases.send(caseId, command))).toEqual(first);
    const state = await cases.state(caseId);
    expect(state.data).toMatchObject({ notes: 6 });
    expect((await entriesOf(cases.store, { tenant: 'acme', caseId })).map(({ seq }) => seq)).toEqual([
      1, 2, 3, 4, 5, 6, 7,
    ]);
  });

  test('keeps the company’s own table that the case was opened with, which decides after it as before', async () => {
    const { note: written, ...events } = miniDefinition.events;
    const definition = {
      ...miniDefinition,
      events: { ...events, note: { ...written, by: ['handler', 'lead'] } },
    };
    const title = { zh: '记录', en: 'Write a note' };
    const note = { title, by: { lead: 'all' as const }, events: { [miniDefinition.id]: ['note'] } };
    const policy: Policy = {
      ...currentPolicy,
      ...{ id: 'ours', acts: { ...currentPolicy.acts, 'note.write': note } },
    };
    await publishPolicy(cases.store, 'acme', policy, { actorId: 'ada', atMs: Date.now() });
    const { caseId } = await opened({
      compile: { ...miniInput(definition), policy },
      limits: { eventsMax: 4 },
    });
    const firstRun = (await handleOf(caseId).describe()).runId;
    const byHandler = () => cases.send(caseId, send('note'));
    expect(await byHandler()).toMatchObject({ type: 'refused', refusal: { code: 'ROLE_REQUIRED' } });
    for (let count = 0; count < 4; count++) {
      answerOf(await cases.send(caseId, send('note', lead)));
    }
    await expect.poll(async () => (await handleOf(caseId).describe()).runId).not.toBe(firstRun);
    expect(await byHandler()).toMatchObject({ type: 'refused', refusal: { code: 'ROLE_REQUIRED' } });
    answerOf(await cases.send(caseId, send('note', lead)));
    const ref = policyRef(policy);
    expect((await cases.state(caseId)).policy).toEqual(ref);
    const entries = await entriesOf(cases.store, { tenant: 'acme', caseId });
    expect(entries.map(({ leaf }) => JSON.parse(leaf).policy)).toEqual(
      Array.from({ length: 6 }, () => `ours@${policy.version}#${ref.hash}`),
    );
  });

  test('keeps the table that the case was put under meanwhile', async () => {
    const title = { zh: '记录', en: 'Write a note' };
    const note = { title, by: { lead: 'all' as const }, events: { [miniDefinition.id]: ['note'] } };
    const policy: Policy = {
      ...currentPolicy,
      ...{ id: 'moved', acts: { ...currentPolicy.acts, 'note.write': note } },
    };
    await publishPolicy(cases.store, 'acme', policy, { actorId: 'ada', atMs: Date.now() });
    const { caseId } = await opened({ limits: { eventsMax: 4 } });
    const byHandler = () => cases.send(caseId, send('note'));
    answerOf(await byHandler());
    const adopt = { type: 'adopt-policy', policy, facts: admin, reason } as const;
    answerOf(await cases.send(caseId, { ...adopt, id: `${caseId}.moved` }));
    expect(await cases.send(caseId, { ...adopt, id: `${caseId}.again` })).toMatchObject({
      ...{ type: 'refused', refusal: { code: 'POLICY_UNCHANGED' } },
    });
    const refused = { type: 'refused', refusal: { code: 'ROLE_REQUIRED' } };
    expect(await byHandler()).toMatchObject(refused);
    const run = (await handleOf(caseId).describe()).runId;
    answerOf(await cases.send(caseId, send('acknowledge')));
    await expect.poll(async () => (await handleOf(caseId).describe()).runId).not.toBe(run);
    expect(await byHandler()).toMatchObject(refused);
    answerOf(await cases.send(caseId, send('drop')));
    const row = await getCase(cases.store, { tenant: 'acme', caseId });
    expect(row?.state.policy).toEqual(policyRef(policy));
    const entries = await entriesOf(cases.store, { tenant: 'acme', caseId });
    expect(entries.map(({ type, leaf }) => [type, JSON.parse(leaf).policy !== undefined])).toEqual([
      ['case.opened', false],
      ...entries.slice(1, -3).map(({ type }) => [type, false]),
      ...['case.policy-adopted', 'acknowledge', 'drop'].map((type) => [type, true]),
    ]);
  });

  test('loses and doubles nothing while commands come in', async () => {
    const { caseId } = await opened({ limits: { eventsMax: 4 } });
    const outcomes = await Promise.all(Array.from({ length: 24 }, () => cases.send(caseId, send('note'))));
    expect(new Set(outcomes.map((outcome) => answerOf(outcome).seq)).size).toBe(24);
    expect((await cases.state(caseId)).data).toMatchObject({ notes: 24 });
  });
});

describe('an opening', () => {
  test('sent again is answered and opens nothing new', async () => {
    const opening = miniOpening();
    const first = await opened({ opening });
    expect((await opened({ opening })).answer).toEqual(first.answer);
  });

  test('that only the run itself refuses ends it at once, unstored', async () => {
    const opening = miniOpening({ receivedAt: new Date(Date.now() + 60_000).toISOString() });
    const judged = (await cases.open()).outcome;
    const state = await cases.state(answerOf(judged).caseId);
    const outcome = await cases.start(
      { compile: miniInput(), start: { type: 'open', opening } },
      { ...state, caseId: opening.caseId },
    );
    expect(outcome).toMatchObject({ type: 'refused', refusal: { code: 'TIME_INVALID' } });
    await expect.poll(async () => (await handleOf(opening.caseId).describe()).status.name).toBe('FAILED');
    expect(await getCase(cases.store, { tenant: 'acme', caseId: opening.caseId })).toBeUndefined();
    const again = await cases.open({ opening: { ...opening, receivedAt: new Date().toISOString() } });
    expect(answerOf(again.outcome).seq).toBe(1);
  });
});
