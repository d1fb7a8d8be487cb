import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { leafHash } from '../../db/leaf-hash.ts';
import { appendRecord } from '../../db/own/append-record.ts';
import {
  calendarByHash,
  definitionByHash,
  findDefinition,
  latestCalendar,
  listDefinitions,
  publishCalendar,
  publishDefinition,
  retireDefinition,
} from '../../db/own/definitions.ts';
import { beginRequest, completeRequest, releaseRequest, sweepRequests } from '../../db/own/idempotency.ts';
import { nextNumber } from '../../db/own/next-number.ts';
import { getPerson, type Person, putPerson } from '../../db/own/people.ts';
import { issueToken, personByToken, revokeTokens } from '../../db/own/tokens.ts';
import { candidatesFor } from '../../db/read/candidates.ts';
import { deliveriesOf } from '../../db/read/list-deliveries.ts';
import { logPending, records, tokens } from '../../db/schema/index.ts';
import { settleDelivery, takeDeliveries } from '../../db/write/outbox.ts';
import { project } from '../../db/write/project.ts';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import { syntheticCase, syntheticStep, syntheticTask } from '../support/synthetic-case.ts';
import { type TemporaryStore, temporaryStore } from '../support/temporary-store.ts';

const tenant = 'acme';
let opened: TemporaryStore;
beforeEach(async () => {
  opened = await temporaryStore();
});
afterEach(() => opened.remove());

describe('an idempotency key', () => {
  const request = { tenant, hash: 'h'.repeat(64), fingerprint: 'f' };
  const begin = (nowMs: number, changes: object = {}) =>
    beginRequest(opened.store, { ...request, ...changes }, { nowMs });

  test('runs once, then answers as the first time; another body never matches', async () => {
    expect(await begin(0)).toEqual({ state: 'new', resumed: false });
    expect(await begin(29_999)).toEqual({ state: 'running' });
    expect(await begin(1, { fingerprint: 'other' })).toEqual({ state: 'mismatch' });
    await completeRequest(opened.store, request, { status: 201 });
    expect(await begin(60_000)).toEqual({ state: 'done', answer: { status: 201 } });
    expect(await begin(60_000, { fingerprint: 'other' })).toEqual({ state: 'mismatch' });
    expect(await begin(60_000, { tenant: 'other' })).toEqual({ state: 'new', resumed: false });
  });

  test('whose request was lost is sent again after 30 s', async () => {
    await begin(0);
    expect(await begin(30_000)).toEqual({ state: 'new', resumed: true });
    expect(await begin(30_001)).toEqual({ state: 'running' });
  });

  test('is free again after a refusal, also for another body', async () => {
    await begin(0);
    await releaseRequest(opened.store, request);
    expect(await begin(1, { fingerprint: 'other' })).toEqual({ state: 'new', resumed: false });
  });

  test('is kept for a day', async () => {
    await begin(0);
    await completeRequest(opened.store, request, 'answer');
    const day = 24 * 3_600_000;
    expect(await begin(day - 1)).toEqual({ state: 'done', answer: 'answer' });
    expect(await sweepRequests(opened.store, day - 1)).toBe(0);
    expect(await begin(day, { fingerprint: 'other' })).toEqual({ state: 'new', resumed: false });
    expect(await sweepRequests(opened.store, 2 * day)).toBe(1);
  });

  test('sent ten times at once runs once', async () => {
    const states = await Promise.all(Array.from({ length: 10 }, () => begin(0)));
    expect(states.filter(({ state }) => state === 'new')).toHaveLength(1);
    expect(states.filter(({ state }) => state === 'running')).toHaveLength(9);
  });
});

describe('a record', () => {
  const record = {
    at: '2026-03-02T01:00:00.000Z',
    actorId: 'agent',
    type: 'command.refused',
    subject: { kind: 'case', id: 'case-1' },
    detail: { code: 'FOUR_EYES' },
    commitments: ['b', 'a'],
  };

  test('has the frozen leaf, is numbered, hashed and put on the waiting list of the log', async () => {
    const first = await appendRecord(opened.store, tenant, record);
    const second = await appendRecord(opened.store, tenant, record);
    expect([first.n, second.n]).toEqual([1, 2]);
    const row = opened.store.db.select().from(records).get();
    expect(row?.leaf).toBe(
      '{"actorId":"agent","at":"2026-03-02T01:00:00.000Z","commitments":["a","b"],"detail":{"code":"FOUR_EYES"},' +
        '"subject":{"id":"case-1","kind":"case"},"tenant":"acme","type":"command.refused","v":1}',
    );
    expect(leafHash(row?.leaf ?? '')).toBe(first.hash);
    expect(opened.store.db.select().from(logPending).all()).toMatchObject([
      { kind: 'record', number: 1, hash: first.hash },
      { kind: 'record', number: 2 },
    ]);
  });

  test('that no bundle could hold is refused', async () => {
    const detail = { text: 'x'.repeat(65_536) };
    await expect(appendRecord(opened.store, tenant, { ...record, detail })).rejects.toMatchObject({
      code: 'RECORD_TOO_LARGE',
    });
    expect(opened.store.db.select().from(logPending).all()).toEqual([]);
  });
});

test('numbers count per prefix, year and tenant, also when asked for at once', async () => {
  const number = (kind: string, year = 2026, of = tenant) => nextNumber(opened.store, of, kind, year);
  const claims = await Promise.all([number('claim'), number('claim'), number('claim')]);
  expect(claims).toEqual(['CL-2026-000001', 'CL-2026-000002', 'CL-2026-000003']);
  expect(await number('complaint')).toBe('CP-2026-000001');
  expect(await number('claim', 2027)).toBe('CL-2027-000001');
  expect(await number('claim', 2026, 'other')).toBe('CL-2026-000001');
  expect([await number('subrogation'), await number('audit')]).toEqual(['CS-2026-000001', 'CS-2026-000002']);
});

describe('definitions', () => {
  const publication = (version: string, changes: object = {}) => ({
    id: 'motor-claim',
    version,
    hash: `hash-${version}`,
    document: { title: 'Motor' },
    runtime: {
      data: { type: 'object' },
      tasks: { registered: { role: 'handler', outcomes: [], priority: 'high' } },
    } as unknown as RuntimeDefinition,
    ...changes,
  });
  const publish = (version: string, changes: object = {}) =>
    publishDefinition(opened.store, tenant, publication(version, changes));

  test('are found by id, version and hash; the highest version is the latest', async () => {
    for (const version of ['1.2.0', '1.10.0', '1.9.3']) expect(await publish(version)).toBe(true);
    expect(await findDefinition(opened.store, tenant, 'motor-claim')).toMatchObject({ version: '1.10.0' });
    expect(await findDefinition(opened.store, tenant, 'motor-claim@1.2.0')).toMatchObject({
      hash: 'hash-1.2.0',
    });
    expect(await findDefinition(opened.store, tenant, 'motor-claim@9.0.0')).toBeUndefined();
    expect(await findDefinition(opened.store, 'other', 'motor-claim')).toBeUndefined();
    expect(await definitionByHash(opened.store, tenant, 'hash-1.9.3')).toMatchObject({ version: '1.9.3' });
    await retireDefinition(opened.store, tenant, 'motor-claim', '1.10.0');
    expect(await findDefinition(opened.store, tenant, 'motor-claim')).toMatchObject({ version: '1.9.3' });
    expect(await listDefinitions(opened.store, tenant)).toHaveLength(3);
  });

  test('never change once published', async () => {
    await publish('1.0.0');
    expect(await publish('1.0.0')).toBe(false);
    await expect(publish('1.0.0', { hash: 'other' })).rejects.toMatchObject({ code: 'DEFINITION_IMMUTABLE' });
  });

  test('give the tasks of their cases a priority', async () => {
    await publish('1.0.0');
    const definition = { id: 'motor-claim', version: '1.0.0', hash: 'hash-1.0.0' };
    await project(
      opened.store,
      syntheticStep(syntheticCase({ definition }), { tasks: { t1: syntheticTask() } }),
    );
    expect(opened.store.sqlite.prepare('SELECT priority FROM tasks').pluck().get()).toBe(0);
  });

  test('calendars are found by hash, and the one published last by id', async () => {
    await publishCalendar(opened.store, tenant, { id: 'cn', hash: 'a', calendar: { lastYear: 2026 } });
    await publishCalendar(opened.store, tenant, { id: 'cn', hash: 'b', calendar: { lastYear: 2027 } });
    await publishCalendar(opened.store, tenant, { id: 'cn', hash: 'a', calendar: { lastYear: 2026 } });
    expect(await calendarByHash(opened.store, tenant, 'a')).toEqual({ lastYear: 2026 });
    expect(await latestCalendar(opened.store, tenant, 'cn')).toEqual({
      hash: 'b',
      calendar: { lastYear: 2027 },
    });
    expect(await calendarByHash(opened.store, 'other', 'a')).toBeUndefined();
  });
});

describe('people and tokens', () => {
  const person = (id: string, changes: Partial<Person> = {}): Person => ({
    tenant,
    id,
    name: id,
    status: 'active',
    roles: ['handler'],
    departments: ['north'],
    skills: [],
    authority: [{ amount: 500_000, currency: 'CNY' }],
    ...changes,
  });

  test('a person is what was put last', async () => {
    await putPerson(opened.store, person('handler', { roles: ['handler', 'lead'], skills: ['injury'] }));
    expect(await getPerson(opened.store, tenant, 'handler')).toEqual(
      person('handler', { roles: ['handler', 'lead'], skills: ['injury'] }),
    );
    await putPerson(opened.store, person('handler', { authority: [] }));
    expect(await getPerson(opened.store, tenant, 'handler')).toEqual(person('handler', { authority: [] }));
  });

  test('a token is its person until it expires, is revoked, or the person is disabled; the store keeps its hash', async () => {
    await putPerson(opened.store, person('handler'));
    const issue = () => issueToken(opened.store, { tenant, personId: 'handler', ttlMs: 1_000, nowMs: 0 });
    const token = await issue();
    expect(await personByToken(opened.store, token, 999)).toMatchObject({ id: 'handler', tenant });
    expect(await personByToken(opened.store, token, 1_000)).toBeUndefined();
    expect(await personByToken(opened.store, `${token}x`, 0)).toBeUndefined();
    expect(JSON.stringify(opened.store.db.select().from(tokens).all())).not.toContain(token.slice(4));
    await putPerson(opened.store, person('handler', { status: 'disabled' }));
    expect(await personByToken(opened.store, token, 0)).toBeUndefined();
    await putPerson(opened.store, person('handler'));
    expect(await revokeTokens(opened.store, tenant, 'handler')).toBe(1);
    expect(await personByToken(opened.store, token, 0)).toBeUndefined();
  });

  test('candidates have the role, the department and all skills, and come with their load', async () => {
    await putPerson(opened.store, person('a', { skills: ['injury', 'fraud'] }));
    await putPerson(opened.store, person('b', { skills: ['injury'] }));
    await putPerson(opened.store, person('c', { skills: ['injury'], departments: ['south'] }));
    await putPerson(opened.store, person('d', { skills: ['injury'], status: 'disabled' }));
    await putPerson(opened.store, person('e', { roles: ['agent'], skills: ['injury'] }));
    const claimed = syntheticTask({ assignee: 'b' });
    await project(opened.store, syntheticStep(syntheticCase(), { tasks: { t1: claimed, t2: claimed } }));
    const find = (changes: object) =>
      candidatesFor(opened.store, {
        tenant,
        role: 'handler',
        skills: ['injury'],
        notPersons: [],
        ...changes,
      });
    expect(
      (await find({ department: 'north' })).map(({ person: { id }, openTasks }) => [id, openTasks]),
    ).toEqual([
      ['a', 0],
      ['b', 2],
    ]);
    expect((await find({ skills: ['injury', 'fraud'] })).map((found) => found.person.id)).toEqual(['a']);
    expect((await find({ notPersons: ['a', 'b'] })).map((found) => found.person.id)).toEqual(['c']);
  });
});

describe('the outbox', () => {
  const deliver = (n: number) =>
    ({ type: 'deliver', id: `case-1/1/${n}`, template: 't', to: { customer: true }, data: {} }) as const;
  const key = { tenant, effectId: 'case-1/1/1' };
  beforeEach(async () => {
    await project(opened.store, syntheticStep(syntheticCase(), {}, {}, [deliver(1), deliver(2)]));
  });
  const take = async (nowMs: number) =>
    (await takeDeliveries(opened.store, { nowMs })).map(({ effectId }) => effectId);

  test('gives each delivery to one relay, and again once that relay is lost', async () => {
    expect(await take(0)).toEqual(['case-1/1/1', 'case-1/1/2']);
    expect(await take(59_999)).toEqual([]);
    await settleDelivery(opened.store, key, { status: 'delivered' });
    expect(await take(60_000)).toEqual(['case-1/1/2']);
  });

  test('tries a failed one again when it says so, gives it up when told, and never undoes a delivery', async () => {
    await take(0);
    await settleDelivery(opened.store, key, { status: 'pending', errorCode: 'SMTP_421', nextAtMs: 5_000 });
    expect(await take(4_999)).toEqual([]);
    expect(await take(5_000)).toEqual(['case-1/1/1']);
    await settleDelivery(opened.store, key, { status: 'failed', errorCode: 'SMTP_550' });
    expect(await take(1_000_000)).toEqual(['case-1/1/2']);
    const row = async () => (await deliveriesOf(opened.store, { tenant, caseId: 'case-1' }))[0];
    expect(await row()).toMatchObject({ status: 'failed', attempts: 2, lastErrorCode: 'SMTP_550' });
    await settleDelivery(opened.store, key, { status: 'delivered' });
    await settleDelivery(opened.store, key, { status: 'failed', errorCode: 'LATE' });
    expect(await row()).toMatchObject({ status: 'delivered', lastErrorCode: null });
  });
});
