import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOwnerRound } from '../../activities/ask-for-owner.ts';
import type { RoundParts } from '../../activities/hand-on-tasks.ts';
import { getPerson } from '../../db/own/people.ts';
import { changePerson } from '../../db/own/person-record.ts';
import { getCase } from '../../db/read/get-case.ts';
import { startNotified } from '../notification/notified.ts';

// Guarantee: where an owner is away for long or has left, who stands in for them, else who leads, is asked to take the
// case over; they stay the owner until somebody accepts, and nobody is asked for it any more once they are back.

const tenant = 'default';
const dayMs = 86_400_000;
let api: Awaited<ReturnType<typeof startNotified>>;
let round: ReturnType<typeof createOwnerRound>;

beforeEach(async () => {
  api = await startNotified({ at: '2026-03-02T02:00:00.000Z' });
  round = createOwnerRound(parts());
});
afterEach(() => api.stop());

const parts = (): RoundParts => ({
  store: api.store,
  send: (key, command) => api.cases.send(key, command, { deadlineMs: Date.now() + 5_000 }),
  say: (line) => expect.unreachable(line),
  now: api.now,
});
const at = (ms: number): string => new Date(api.now() + ms).toISOString();

const stateOf = async (caseId: string) => {
  const row = await getCase(api.store, { tenant, caseId });
  if (!row) throw new Error('There is no such case.');
  return row.state;
};
/** A complaint with its owner. */
const owned = async (): Promise<{ caseId: string; owner: string }> => {
  const { caseId } = await api.openComplaint();
  return { caseId, owner: (await stateOf(caseId)).owner ?? '' };
};
const leave = async (person: string, until = 7 * dayMs): Promise<string> => {
  const body = { reason: 'leave', from: at(-1_000), until: at(until) };
  const { status, body: absence } = await api.call(person, 'POST', '/v1/absences', body);
  expect(status).toBe(201);
  return absence.absenceId;
};
const substitute = async (person: string, delegateId: string): Promise<void> => {
  const body = { kind: 'substitution', delegateId, from: at(-1_000) };
  expect((await api.call(person, 'POST', '/v1/delegations', body)).status).toBe(201);
};
const answer = async (person: string, caseId: string, verb: 'accept' | 'decline'): Promise<void> => {
  const body = verb === 'decline' ? { reason: 'Too much in hand' } : {};
  const { status } = await api.call(person, 'POST', `/v1/cases/${caseId}/owner/${verb}`, body);
  expect(status).toBe(200);
};
const lastEntry = async (caseId: string) =>
  (await api.call('auditor', 'GET', `/v1/cases/${caseId}/entries`)).body.items.at(-1);
const leads = async (person: string): Promise<boolean> =>
  ((await getPerson(api.store, tenant, person))?.roles ?? []).some((role) =>
    ['lead', 'manager', 'complaints-manager'].includes(role),
  );

describe('an owner who is away', () => {
  it('stays the owner until the substitute accepts, who has a task for it and is told', async () => {
    const { caseId, owner } = await owned();
    await substitute(owner, 'handler-3');
    expect(await round()).toBe(0);
    await leave(owner);
    expect(await round(AbortSignal.abort())).toBe(0);
    expect(await round()).toBe(1);
    expect(await stateOf(caseId)).toMatchObject({
      ...{ owner, handover: { from: owner, to: 'handler-3', because: 'away' } },
    });
    expect(await lastEntry(caseId)).toMatchObject({
      ...{ type: 'owner.asked', actor: { id: 'system' }, data: { to: 'handler-3', because: 'away' } },
    });
    expect(await round()).toBe(0);
    await answer('handler-3', caseId, 'accept');
    const after = await stateOf(caseId);
    expect([after.owner, after.handover]).toEqual(['handler-3', undefined]);
    expect(Object.values(after.transfers ?? {})).toMatchObject([{ from: owner, to: 'handler-3' }]);
    await api.settle();
    const { body } = await api.call('handler-3', 'GET', '/v1/notifications');
    expect(body.items.map(({ rule }: { rule: string }) => rule)).toContain('owner.asked');
    expect(await round()).toBe(0);
  });

  it('without a substitute who is there: a lead of their department is asked', async () => {
    const { caseId, owner } = await owned();
    await substitute(owner, 'handler-3');
    await leave('handler-3');
    await leave(owner);
    expect(await round()).toBe(1);
    const to = (await stateOf(caseId)).handover?.to ?? '';
    expect([to === 'handler-3', await leads(to)]).toEqual([false, true]);
  });

  it('a substitute who says no is not asked again; after a lead has too, a superior names the owner', async () => {
    const { caseId, owner } = await owned();
    await substitute(owner, 'handler-3');
    await leave(owner);
    await round();
    await answer('handler-3', caseId, 'decline');
    expect(await round()).toBe(1);
    const lead = (await stateOf(caseId)).handover?.to ?? '';
    expect(lead).not.toBe('handler-3');
    await answer(lead, caseId, 'decline');
    expect(await round()).toBe(1);
    const { handover, owner: still } = await stateOf(caseId);
    expect(handover).toHaveProperty('superior');
    expect(still).toBe(owner);
    expect(await round()).toBe(0);
  });

  it('somebody else is asked where who was asked goes as well', async () => {
    const { caseId, owner } = await owned();
    await substitute(owner, 'handler-3');
    await leave(owner);
    await round();
    await leave('handler-3');
    expect(await round()).toBe(1);
    const { handover, transfers } = await stateOf(caseId);
    expect(handover?.to).not.toBe('handler-3');
    expect(Object.values(transfers ?? {}).map(({ status }) => status)).toEqual(['withdrawn', 'asked']);
  });

  it('who is back is asked for no more; what nobody has answered is withdrawn', async () => {
    const { caseId, owner } = await owned();
    await substitute(owner, 'handler-3');
    await leave(owner);
    await round();
    api.advance(8 * dayMs);
    expect(await round()).toBe(1);
    const after = await stateOf(caseId);
    expect([after.owner, after.handover]).toEqual([owner, undefined]);
    expect(await lastEntry(caseId)).toMatchObject({ type: 'owner.withdrawn', actor: { id: 'system' } });
    const late = await api.call('handler-3', 'POST', `/v1/cases/${caseId}/owner/accept`, {});
    expect(late.body.code).toBe('HANDOVER_UNKNOWN');
    expect(await round()).toBe(0);
  });

  it.each<[string, () => Promise<void>]>([
    ['for less than a day', async () => void (await leave((await owned()).owner, dayMs / 2))],
    [
      'whose absence was cancelled',
      async () => {
        const { owner } = await owned();
        const id = await leave(owner);
        expect((await api.call(owner, 'PATCH', `/v1/absences/${id}`, { status: 'cancelled' })).status).toBe(
          200,
        );
      },
    ],
    [
      'of a case that they themselves hand over',
      async () => {
        const { caseId, owner } = await owned();
        const body = { to: 'handler-2' === owner ? 'handler' : 'handler-2' };
        expect((await api.call(owner, 'POST', `/v1/cases/${caseId}/owner`, body)).status).toBe(200);
        await leave(owner);
      },
    ],
  ])('nobody is asked for who is away %s', async (_, arrange) => {
    await arrange();
    expect(await round()).toBe(0);
  });

  it('what somebody hands over by themselves is theirs: it waits on when they are back', async () => {
    const { caseId, owner } = await owned();
    const to = owner === 'handler-2' ? 'handler' : 'handler-2';
    await api.call(owner, 'POST', `/v1/cases/${caseId}/owner`, { to });
    await leave(owner);
    api.advance(8 * dayMs);
    expect(await round()).toBe(0);
    expect((await stateOf(caseId)).handover?.to).toBe(to);
  });
});

it('an owner who has left: a lead is asked, and somebody who has no part in the case is not', async () => {
  const { caseId, owner } = await owned();
  await substitute(owner, 'handler-3');
  const recusal = { personId: 'handler-3', because: 'conflict-of-interest', reason: 'A cousin' };
  const recused = await api.call('compliance', 'POST', `/v1/cases/${caseId}/recusals`, recusal);
  expect(recused.status).toBe(200);
  const by = { actorId: 'admin', atMs: api.now() };
  await changePerson(api.store, tenant, owner, (person) => ({ ...person, status: 'disabled' }), by);
  expect(await round()).toBe(1);
  const { handover } = await stateOf(caseId);
  expect(handover).toMatchObject({ from: owner, because: 'left' });
  expect(await leads(handover?.to ?? '')).toBe(true);
});
