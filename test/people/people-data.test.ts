import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { actorOf } from '../../api/facts.ts';
import { addAbsence, changeAbsence } from '../../db/own/absences.ts';
import { endLimit, setLimit } from '../../db/own/authority-changes.ts';
import { addDelegation, revokeDelegation } from '../../db/own/delegations.ts';
import { putDepartment } from '../../db/own/departments.ts';
import { getPerson, putPerson } from '../../db/own/people.ts';
import { listHistory } from '../../db/own/people-history.ts';
import { addPerson, changePerson } from '../../db/own/person-record.ts';
import { putRole } from '../../db/own/roles.ts';
import { records } from '../../db/schema/index.ts';
import { canonicalJson } from '../../machines/kernel/canonical-json.ts';
import type { Delegation, Membership, PersonRecord } from '../../machines/people/organisation.ts';
import { type TemporaryStore, temporaryStore } from '../support/temporary-store.ts';

// Guarantee: a change of people or rights is checked, leaves what was before, and is a record without a name; a right
// that is taken back is gone the next time it is asked for.

const tenant = 't';
const day = 86_400_000;
const nowMs = Date.UTC(2026, 4, 4, 1);
const by = { actorId: 'admin', atMs: nowMs };
const role = (name: string, changes: Partial<Membership> = {}): Membership => ({
  ...{ kind: 'role', name, fromMs: null, untilMs: null },
  ...changes,
});
const record = (id: string, changes: Partial<PersonRecord> = {}): PersonRecord => ({
  ...{ id, name: `Name of ${id}`, status: 'active', humanId: null, superior: null, calendar: null },
  memberships: [role('lead')],
  ...changes,
});

let opened: TemporaryStore;
beforeEach(async () => {
  opened = await temporaryStore();
  for (const id of ['lead', 'adjuster']) {
    await putRole(opened.store, tenant, { id, title: { zh: id, en: id } });
  }
  await putDepartment(opened.store, tenant, { id: 'claims', title: { zh: '理赔', en: 'Claims' } });
});
afterEach(() => opened.remove());

const leaves = () =>
  opened.store.db
    .select()
    .from(records)
    .all()
    .map(({ leaf }) => JSON.parse(leaf));
const actor = async (id: string, atMs = nowMs, kind = 'claim') => {
  const person = await getPerson(opened.store, tenant, id, atMs);
  if (!person) throw new Error(`Nobody is ${id}`);
  return actorOf(opened.store, person, { nowMs: atMs, kind });
};

describe('a person', () => {
  test('is added and changed; history keeps each state, the log a commitment to it and no name', async () => {
    const { store } = opened;
    expect(await addPerson(store, tenant, record('li'), by)).toMatchObject({ saved: { id: 'li' } });
    const change = (person: PersonRecord) => ({
      ...person,
      name: 'Married',
      memberships: [role('adjuster')],
    });
    await changePerson(store, tenant, 'li', change, { ...by, atMs: nowMs + 1 });
    expect(await getPerson(store, tenant, 'li', nowMs)).toMatchObject({
      name: 'Married',
      roles: ['adjuster'],
    });

    const { items } = await listHistory(store, { tenant, subject: { kind: 'person', id: 'li' } });
    expect(items.map(({ n, type, content }) => [n, type, (content as { name: string }).name])).toEqual([
      [1, 'person.added', 'Name of li'],
      [2, 'person.changed', 'Married'],
    ]);
    const written = leaves();
    expect(written.map(({ type, detail }) => [type, detail.changed])).toEqual([
      ['person.added', ['id', 'name', 'status', 'samePersonAs', 'superior', 'calendar', 'memberships']],
      ['person.changed', ['name', 'memberships']],
    ]);
    expect(JSON.stringify(written)).not.toMatch(/Married|Name of/);
    for (const [i, { salt, content }] of items.entries()) {
      const commitment = createHash('sha256')
        .update(Buffer.from(salt, 'hex'))
        .update(canonicalJson(content))
        .digest('hex');
      expect(written[i].commitments).toEqual([commitment]);
    }
  });

  test('twice the same is one; another under the same id is refused; nothing different is no change', async () => {
    const { store } = opened;
    await addPerson(store, tenant, record('li'), by);
    expect(await addPerson(store, tenant, record('li'), by)).toHaveProperty('saved');
    expect(await addPerson(store, tenant, record('li', { name: 'Else' }), by)).toEqual({ refused: 'exists' });
    await changePerson(store, tenant, 'li', (person) => person, by);
    expect(await changePerson(store, tenant, 'nobody', (person) => person, by)).toEqual({
      refused: 'missing',
    });
    expect(leaves().length).toBe(1);
  });

  test('with a fault is not written at all', async () => {
    const { store } = opened;
    const saved = await addPerson(store, tenant, record('li', { superior: 'nobody' }), by);
    expect(saved).toMatchObject({ faults: [{ code: 'PERSON_UNKNOWN', pointer: '/superior' }] });
    expect(await getPerson(store, tenant, 'li')).toBeUndefined();
    expect(leaves()).toEqual([]);
  });

  test('holds a role from its first instant to before its last', async () => {
    const memberships = [role('lead', { fromMs: nowMs, untilMs: nowMs + day })];
    await addPerson(opened.store, tenant, record('li', { memberships }), by);
    const at = async (ms: number) => (await getPerson(opened.store, tenant, 'li', ms))?.roles;
    expect(await Promise.all([at(nowMs - 1), at(nowMs), at(nowMs + day)])).toEqual([[], ['lead'], []]);
  });

  test('history cannot be rewritten', async () => {
    await addPerson(opened.store, tenant, record('li'), by);
    const { sqlite } = opened.store;
    expect(() => sqlite.exec("UPDATE people_history SET actor_id = 'x'")).toThrow('append-only');
    expect(() => sqlite.exec('DELETE FROM people_history')).toThrow('append-only');
  });
});

test('limits per person that an earlier release stored are carried over', async () => {
  const { store, folder } = opened;
  await store.close();
  const file = `${folder}/old.db`;
  const old = new Database(file);
  const { readMigrationFiles } = await import('drizzle-orm/migrator');
  for (const { sql } of readMigrationFiles({ migrationsFolder: 'db/migrations' }).slice(0, 2)) {
    for (const statement of sql) old.exec(statement);
  }
  old.pragma('user_version = 2');
  old.exec("INSERT INTO people (tenant, person_id, name, status) VALUES ('t', 'li', 'Li', 'active')");
  old.exec("INSERT INTO authority_limits (tenant, person_id, currency, amount) VALUES ('t', 'li', 'CNY', 7)");
  old.close();
  const { openStore } = await import('../../db/open.ts');
  const migrated = await openStore({ file });
  expect((await getPerson(migrated, 't', 'li'))?.authority).toEqual([{ amount: 7, currency: 'CNY' }]);
  await migrated.close();
});

describe('authority', () => {
  const line = { holder: { kind: 'role', id: 'lead' }, caseKind: null, currency: 'CNY' } as const;
  test('changes from an instant on, what it was before stays readable, and ends when it is taken away', async () => {
    const { store } = opened;
    await addPerson(store, tenant, record('li'), by);
    const limit = { ...line, amount: 500, fromMs: null, untilMs: null };
    await setLimit(store, tenant, limit, by);
    await setLimit(store, tenant, { ...limit, amount: 700, fromMs: nowMs + day }, by);
    const at = async (ms: number) => (await actor('li', ms)).authority?.[0]?.amount;
    expect(await Promise.all([at(nowMs), at(nowMs + day)])).toEqual([500, 700]);
    await endLimit(store, tenant, line, { ...by, atMs: nowMs + 2 * day });
    expect(await Promise.all([at(nowMs), at(nowMs + day), at(nowMs + 2 * day)])).toEqual([
      500,
      700,
      undefined,
    ]);
    expect(leaves().filter(({ type }) => type.startsWith('authority.')).length).toBe(3);
    expect(await endLimit(store, tenant, line, { ...by, atMs: nowMs + 3 * day })).toEqual({
      refused: 'missing',
    });
  });
  test('in an unknown currency is refused', async () => {
    const limit = { ...line, currency: 'ABC', amount: 1, fromMs: null, untilMs: null };
    expect(await setLimit(opened.store, tenant, limit, by)).toMatchObject({
      faults: [{ code: 'CURRENCY_UNKNOWN' }],
    });
  });
});

describe('whose work somebody does', () => {
  const grant = (changes: Partial<Delegation> = {}): Delegation => ({
    ...{
      id: 'd1',
      kind: 'delegation',
      personId: 'li',
      delegateId: 'wu',
      fromMs: nowMs,
      untilMs: nowMs + day,
    },
    ...{ roles: null, caseKinds: null, limits: null, status: 'active' },
    ...changes,
  });
  beforeEach(async () => {
    const { store } = opened;
    await addPerson(store, tenant, record('li'), by);
    await addPerson(store, tenant, record('wu', { memberships: [role('adjuster')] }), by);
    await addPerson(store, tenant, record('xu', { memberships: [role('adjuster')] }), by);
  });

  test('a delegation counts at once, and a revoked one no more the next time', async () => {
    const { store } = opened;
    await addDelegation(store, tenant, grant(), by);
    expect((await actor('wu')).actsFor).toMatchObject([
      { personId: 'li', via: 'delegation', roles: ['lead'] },
    ]);
    await revokeDelegation(store, tenant, 'd1', by);
    expect(await actor('wu')).not.toHaveProperty('actsFor');
    expect(
      leaves()
        .slice(-2)
        .map(({ type }) => type),
    ).toEqual(['delegation.added', 'delegation.revoked']);
  });

  test('a role that the delegator loses is lent no more', async () => {
    const { store } = opened;
    await addDelegation(store, tenant, grant(), by);
    await changePerson(store, tenant, 'li', (person) => ({ ...person, memberships: [] }), by);
    expect(await actor('wu')).not.toHaveProperty('actsFor');
  });

  test('what is lent is not lent on', async () => {
    const { store } = opened;
    await addDelegation(store, tenant, grant(), by);
    const on = grant({ id: 'd2', personId: 'wu', delegateId: 'xu', roles: ['lead'] });
    expect(await addDelegation(store, tenant, on, by)).toMatchObject({
      faults: [{ code: 'DELEGATION_EXCEEDED' }],
    });
    await addDelegation(store, tenant, { ...on, roles: null }, by);
    expect((await actor('xu')).actsFor).toMatchObject([{ personId: 'wu', roles: ['adjuster'] }]);
  });

  test('a substitute has it while the other is away, and absences do not overlap', async () => {
    const { store } = opened;
    await addDelegation(store, tenant, grant({ kind: 'substitution', untilMs: null }), by);
    const away = {
      id: 'a1',
      personId: 'li',
      reason: 'sick',
      fromMs: nowMs,
      untilMs: nowMs + day,
      status: 'active',
    } as const;
    expect(await actor('wu')).not.toHaveProperty('actsFor');
    await addAbsence(store, tenant, away, by);
    expect((await actor('wu')).actsFor).toMatchObject([{ personId: 'li', via: 'substitution' }]);
    expect(await actor('wu', nowMs + day)).not.toHaveProperty('actsFor');
    expect(await addAbsence(store, tenant, { ...away, id: 'a2' }, by)).toMatchObject({
      faults: [{ code: 'ABSENCE_OVERLAPS' }],
    });
    await changeAbsence(store, tenant, 'a1', { status: 'cancelled' }, by);
    expect(await actor('wu')).not.toHaveProperty('actsFor');
    expect(JSON.stringify(leaves())).not.toContain('sick');
  });

  test('accounts of one human being know each other', async () => {
    await addPerson(opened.store, tenant, record('li-b', { humanId: 'li' }), by);
    expect((await actor('li')).sameAs).toEqual(['li-b']);
    expect((await actor('li-b')).sameAs).toEqual(['li']);
    expect(await actor('wu')).not.toHaveProperty('sameAs');
  });

  test('another tenant sees none of it', async () => {
    const { store } = opened;
    const elsewhere = {
      ...{ tenant: 'u', id: 'wu', name: 'Wu', status: 'active' as const },
      roles: [],
      departments: [],
      skills: [],
      authority: [],
    };
    await putPerson(store, elsewhere);
    await addDelegation(store, tenant, grant(), by);
    expect(await actorOf(store, elsewhere, { nowMs, kind: 'claim' })).toEqual({ id: 'wu', roles: [] });
  });
});
