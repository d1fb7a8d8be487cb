import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { factLookups } from '../../api/fact-lookups.ts';
import { actorOf } from '../../api/facts.ts';
import { addAbsence } from '../../db/own/absences.ts';
import { addDelegation } from '../../db/own/delegations.ts';
import { getPerson, type Person, putPerson } from '../../db/own/people.ts';
import { getCase } from '../../db/read/get-case.ts';
import { cases } from '../../db/schema/index.ts';
import type { Delegation } from '../../machines/people/organisation.ts';
import { complaint, startTestApi } from '../support/api.ts';
import { recordsOf } from '../support/records.ts';

// Guarantee: who worked on what a complaint is about has no part in it from its opening on, under no account, and neither
// has who reports to them; who works on it later, or uses such a person's right, decides nothing of it; each attempt is
// recorded. And who answers for a complaint does not verify what came of it.

type Api = Awaited<ReturnType<typeof startTestApi>>;
let api: Api;

const tenant = 'default';
// No adjusters: one of those becomes a claim's owner, by its id.
const staff = ['agent', 'handler', 'qa', 'complaints-manager'];
const person = (id: string, roles: string[] = staff, extra: Partial<Person> = {}): Person => ({
  ...{ tenant, id, name: id, status: 'active', roles, departments: [], skills: [] },
  ...{ authority: [], ...extra },
});
const lend = async (personId: string, delegateId: string, kind: Delegation['kind'] = 'delegation') => {
  const atMs = Date.now();
  const saved = await addDelegation(
    api.store,
    tenant,
    {
      ...{ id: `${personId}-${delegateId}`, kind, personId, delegateId, status: 'active' },
      ...{ fromMs: atMs - 1_000, untilMs: atMs + 3_600_000, roles: null, caseKinds: null, limits: null },
    },
    { actorId: 'admin', atMs },
  );
  expect(saved).toHaveProperty('saved');
};

beforeAll(async () => {
  api = await startTestApi();
  for (const each of [
    person('worker'),
    person('worker-b', staff, { humanId: 'worker' }),
    person('below', staff, { superior: 'worker' }),
    person('below-b', staff, { superior: 'worker-b' }),
    person('watch', ['compliance'], { superior: 'worker' }),
    person('below-c', staff, { humanId: 'below' }),
    person('stand-in'),
    person('stand-in-below'),
    person('substitute'),
    person('lender'),
    person('late'),
    person('other'),
    person('keeper'),
    person('keeper-b', ['qa'], { humanId: 'keeper' }),
    person('helper', ['finance']),
    person('verifier', ['qa']),
  ]) {
    await putPerson(api.store, each);
  }
  await lend('worker', 'stand-in');
  await lend('below', 'stand-in-below');
  await lend('worker', 'substitute', 'substitution');
  // The other way about: it is the worker who acts for them.
  await lend('lender', 'worker');
});
afterAll(() => api.stop());

let claims = 0;
const openClaim = async (): Promise<string> => {
  const data = {
    ...{ policyNumber: `P-${++claims}`, lossKind: 'motor', lossOn: '2026-01-05', plate: `京A1000${claims}` },
    ...{ description: 'Hit a post', reporter: { name: 'Li Si', phone: `1370000000${claims}` } },
  };
  const { status, body } = await api.call('agent', 'POST', '/v1/cases', { definition: 'claim', data });
  expect(status).toBe(201);
  return body.caseId;
};
const workOn = async (who: string, caseId: string) => {
  const sent = await api.call(who, 'POST', `/v1/cases/${caseId}/events`, {
    type: 'contact',
    data: { how: 'phone' },
  });
  expect(sent.status).toBe(200);
};
const complainAbout = (caseId: string, as = 'other') =>
  api.openComplaint({ links: [{ rel: 'about', caseId }] }, as);
const rowOf = async (caseId: string) => {
  const row = await getCase(api.store, { tenant, caseId });
  if (!row) throw new Error('There is no such case');
  return row;
};
const send = async (who: string, caseId: string, type: string, data: object = {}, reason?: string) => {
  const { status, body } = await api.call(who, 'POST', `/v1/cases/${caseId}/events`, {
    ...{ type, data },
    ...(reason === undefined ? {} : { reason }),
  });
  return status === 200 ? 'taken' : body.code;
};
const lastRefused = () => {
  const found = recordsOf(api.store).findLast(({ type }) => type === 'command.refused');
  return [found?.actorId, found?.subject.id, found?.detail.code];
};

describe('who worked on what a complaint is about', () => {
  it('is out of it from its opening on, which is recorded with its reason', async () => {
    const claim = await openClaim();
    await workOn('worker', claim);
    const { caseId, owner } = await complainAbout(claim);
    const { state } = await rowOf(caseId);
    const because = { because: 'complained-of', by: 'system', at: state.openedAt };
    const claimOwner = (await rowOf(claim)).owner ?? '';
    expect(state.excluded).toEqual({
      ...{ worker: { ...because, sameAs: ['worker-b'] }, [claimOwner]: because },
    });
    expect(['other', 'complaints-manager', 'complaints-manager-2', 'complaints-manager-3']).toContain(owner);
    const { leaf } = api.store.sqlite
      .prepare('select leaf from entries where case_id = ? and seq = 1')
      .get(caseId) as { leaf: string };
    const entry = JSON.parse(leaf);
    expect(entry).toMatchObject({ type: 'case.opened', policy: expect.stringContaining('1.0.0') });
    expect(entry.after.changed['/excluded']).toEqual(state.excluded);
  });

  it.each(['worker', 'worker-b', 'below', 'below-c', 'below-b'])(
    '%s neither sees nor does anything in it',
    async (who) => {
      const claim = await openClaim();
      await workOn('worker', claim);
      const { caseId, number } = await complainAbout(claim);
      expect((await api.call(who, 'GET', `/v1/cases/${caseId}`)).status).toBe(404);
      expect((await api.call(who, 'GET', `/v1/cases?q=${number}`)).body.items).toEqual([]);
      expect(await send(who, caseId, 'register')).toBe('CASE_UNKNOWN');
      expect(lastRefused()).toEqual([who, tenant, 'CASE_UNKNOWN']);
      expect(await send('other', caseId, 'register')).toBe('taken');
    },
  );

  it('may take it in, and loses sight of it with that: the answer says where it is, and no more', async () => {
    const claim = await openClaim();
    await workOn('worker', claim);
    const opened = await api.call('worker', 'POST', '/v1/cases', {
      definition: 'complaint',
      data: { channel: 'phone', product: 'motor', summary: 'Late', complainant: { name: 'Zhang San' } },
      links: [{ rel: 'about', caseId: claim }],
    });
    expect([opened.status, Object.keys(opened.body).toSorted()]).toEqual([202, ['caseId', 'seq']]);
    expect((await rowOf(opened.body.caseId)).owner).not.toBe('worker');
    expect((await api.call('worker', 'GET', `/v1/cases/${opened.body.caseId}`)).status).toBe(404);
  });

  it.each(['worker', 'worker-b', 'below'])(
    '%s does not answer for it, though they open it and hold the role',
    async (who) => {
      const claim = await openClaim();
      await workOn('worker', claim);
      const opened = await api.call(who, 'POST', '/v1/cases', {
        ...complaint,
        links: [{ rel: 'about', caseId: claim }],
      });
      const { owner } = await rowOf(opened.body.caseId);
      expect(['worker', 'worker-b', 'below', 'below-b', 'below-c', null]).not.toContain(owner);
    },
  );

  it('is found in the claim’s exposures, too', async () => {
    const [claim, exposure] = [await openClaim(), await openClaim()];
    await workOn('worker', exposure);
    const { state } = await rowOf(claim);
    await api.store.write((db) =>
      db
        .update(cases)
        .set({ state: { ...state, links: [{ rel: 'part-of', caseId: exposure }] } })
        .where(and(eq(cases.tenant, tenant), eq(cases.caseId, claim)))
        .run(),
    );
    const { caseId } = await complainAbout(claim);
    expect(Object.keys((await rowOf(caseId)).state.excluded ?? {})).toContain('worker');
  });
});

describe('who works on it later', () => {
  it('decides nothing of the complaint any more, and the attempt is recorded', async () => {
    const claim = await openClaim();
    const { caseId } = await complainAbout(claim);
    expect((await rowOf(caseId)).state.excluded).not.toHaveProperty('late');
    await send('other', caseId, 'register');
    await send('other', caseId, 'acknowledge');
    await workOn('late', claim);
    for (const [type, data] of [
      ['accept', { severity: 'P2', cause: 'delay' }],
      ['resolve.early', { acceptedBy: 'phone' }],
      ['decline', { ground: 'in-court' }],
    ] as const) {
      expect(await send('late', caseId, type, data, 'why')).toBe('EVENT_NOT_ALLOWED');
      expect(lastRefused()).toEqual(['late', caseId, 'EVENT_NOT_ALLOWED']);
    }
    expect(await send('other', caseId, 'accept', { severity: 'P2', cause: 'delay' })).toBe('taken');
  });

  it('is out of it once it is opened again', async () => {
    const claim = await openClaim();
    const { caseId } = await complainAbout(claim);
    await send('other', caseId, 'register');
    await workOn('late', claim);
    expect(await send('other', caseId, 'withdraw', {}, 'The customer called')).toBe('taken');
    const reopen = (who: string) =>
      api.call(who, 'POST', `/v1/cases/${caseId}/reopen`, {
        data: { ground: 'new-facts' },
        reason: 'A letter',
      });
    expect((await reopen('late')).body.code).toBe('CONFLICT_OF_INTEREST');
    expect(lastRefused()).toEqual(['late', caseId, 'CONFLICT_OF_INTEREST']);
    expect((await reopen('other')).status).toBe(200);
    expect((await rowOf(caseId)).state.excluded).toHaveProperty('late');
  });
});

describe('the fact conflictOfInterest', () => {
  it.each<[string, string, boolean]>([
    ['who worked on the claim', 'worker', true],
    ['their other account', 'worker-b', true],
    ['who reports to them', 'below', true],
    ['who reports to their other account', 'below-b', true],
    ['the other account of who reports to them', 'below-c', true],
    ['who may use their right', 'stand-in', true],
    ['who may use the right of who reports to them', 'stand-in-below', true],
    ['their substitute, while they are there', 'substitute', false],
    ['whose right they may use', 'lender', false],
    ['compliance below them', 'watch', false],
    ['anybody else', 'other', false],
  ])('of %s', async (_, id, told) => {
    const claim = await openClaim();
    await workOn('worker', claim);
    expect(await conflictOf(id, claim)).toBe(told);
  });

  it('of their substitute, while they are away', async () => {
    const claim = await openClaim();
    await workOn('worker', claim);
    const atMs = Date.now();
    await addAbsence(
      api.store,
      tenant,
      {
        ...{ id: 'away', personId: 'worker', status: 'active', reason: 'leave' },
        ...{ fromMs: atMs - 1_000, untilMs: atMs + 3_600_000 },
      },
      { actorId: 'admin', atMs },
    );
    expect(await conflictOf('substitute', claim)).toBe(true);
  });

  const conflictOf = async (id: string, claim: string) => {
    const sources = { store: api.store, vault: api.vault, now: Date.now };
    const found = await getPerson(api.store, tenant, id);
    if (!found) throw new Error('There is no such person');
    const actor = await actorOf(api.store, found, { nowMs: Date.now(), kind: 'complaint' });
    const state = {
      ...{ tenant, caseId: 'complaint-1', kind: 'complaint', data: {}, ledger: [] },
      links: [{ rel: 'about', caseId: claim }],
    };
    return factLookups.conflictOfInterest?.(sources, state, { actor });
  };
});

describe('the verification of what came of a complaint', () => {
  it('is not for its owner: not under another account, not by a right they lent or were lent', async () => {
    const { caseId } = await api.openComplaint({}, 'keeper');
    expect((await rowOf(caseId)).owner).toBe('keeper');
    await send('other', caseId, 'register');
    await send('other', caseId, 'acknowledge');
    await send('other', caseId, 'resolve.early', { acceptedBy: 'phone' });
    await send('other', caseId, 'code', { rootCause: 'delay' });
    await send('lead', caseId, 'capa.report', { measure: 'training', evidence: ['memo'] });
    await lend('keeper', 'helper');
    await lend('verifier', 'keeper');
    for (const who of ['keeper', 'keeper-b', 'helper']) {
      expect([who, await send(who, caseId, 'capa.verify', { evidence: ['check'] })]).toEqual([
        who,
        'FOUR_EYES',
      ]);
      expect(lastRefused()).toEqual([who, caseId, 'FOUR_EYES']);
    }
    expect(await send('verifier', caseId, 'capa.verify', { evidence: ['check'] })).toBe('taken');
  });
});
