import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importFiles } from '../../api/people-csv/import-files.ts';
import { printTable } from '../../api/people-csv/print-table.ts';
import { embeddedTenant, seedEmbedded } from '../../api/seed.ts';
import { listDelegations, revokeDelegation } from '../../db/own/delegations.ts';
import { listHistory } from '../../db/own/people-history.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { recordsOf } from '../support/records.ts';
import { temporaryStore } from '../support/temporary-store.ts';

// Guarantee: delegations and substitutions come in by the rules under which people give them, judged together with the
// people and limits that come along; a line imported twice is one, what is revoked stays so, and nobody gains by their
// own import.

const tenant = embeddedTenant;
const nowMs = Date.UTC(2026, 4, 4, 1);
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ now: () => nowMs });
});
afterAll(() => api.stop());

const options = { by: { actorId: 'operator', atMs: nowMs }, dryRun: false };
type Changes = Partial<Parameters<typeof importFiles>[3]>;
const run = (files: Parameters<typeof importFiles>[2], changes: Changes = {}) =>
  importFiles(api.store, tenant, files, { ...options, ...changes });
const lines = (...rows: string[]) => `${rows.join('\r\n')}\r\n`;
const places = ({ errors }: Awaited<ReturnType<typeof run>>) =>
  errors.map(({ table, line, column, code }) => `${table} ${line} ${column} ${code}`);
const lead = (id: string) => `${id},Lead ${id},lead,claims`;
const people = (...ids: string[]) => lines('id,name,roles,departments', ...ids.map(lead));
const header = 'kind,person,delegate,from,until,roles,case_kinds,limits';
const may = '2026-05-04T00:00:00Z';
const june = '2026-06-04T00:00:00Z';
const givenBy = async (personId: string) => (await listDelegations(api.store, { tenant, personId })).items;
const idOf = async (personId: string) => (await givenBy(personId))[0]?.id ?? '';
const typesOf = async (id: string) =>
  (await listHistory(api.store, { tenant, subject: { kind: 'delegation', id } })).items.map(
    ({ type }) => type,
  );

describe('an import of delegations', () => {
  const files = {
    people: people('ma', 'bao'),
    authority: lines('holder_kind,holder,case_kind,currency,amount', 'person,ma,,CNY,9000000'),
    delegations: lines(
      header,
      `delegation,ma,adjuster,${may},${june},lead,claim;complaint,CNY 9000000;USD 5`,
      `substitution,ma,bao,2026-05-04T08:00:00+08:00,,,,none`,
    ),
  };

  test('takes people, their limits and what they lend in one go, with its history', async () => {
    expect(await run(files)).toMatchObject({ ok: true, errors: [], counts: { delegations: { added: 2 } } });
    const given = await givenBy('ma');
    expect(given.toSorted((a, b) => (a.kind < b.kind ? -1 : 1))).toMatchObject([
      {
        ...{ kind: 'delegation', delegateId: 'adjuster', fromMs: Date.parse(may), untilMs: Date.parse(june) },
        ...{ roles: ['lead'], caseKinds: ['claim', 'complaint'], status: 'active' },
        limits: [
          { amount: 9_000_000, currency: 'CNY' },
          { amount: 5, currency: 'USD' },
        ],
      },
      {
        ...{ kind: 'substitution', delegateId: 'bao', fromMs: Date.parse(may), untilMs: null },
        ...{ roles: null, caseKinds: null, limits: [], status: 'active' },
      },
    ]);
    const types = await Promise.all(given.map(({ id }) => typesOf(id)));
    expect(types.flat().toSorted()).toEqual(['delegation.added', 'substitution.added']);
    expect(recordsOf(api.store).at(-1)).toMatchObject({
      ...{ type: 'substitution.added', actorId: 'operator', detail: { personId: 'ma', delegateId: 'bao' } },
    });
  });

  test('the same files again change nothing and leave no record', async () => {
    const before = recordsOf(api.store).length;
    expect((await run(files)).counts.delegations).toEqual({ added: 0, changed: 0, unchanged: 2 });
    expect(recordsOf(api.store).length).toBe(before);
  });

  test('one that is over, or whose giver holds less by now, is no bad line as long as it stays the same', async () => {
    const later = { by: { actorId: 'operator', atMs: Date.UTC(2027, 0, 1) } };
    expect((await run(files, later)).counts.delegations.unchanged).toBe(2);
    const other = { delegations: files.delegations.replace(june, '2026-07-04T00:00:00Z') };
    expect(places(await run(other, later))).toEqual(['delegations 2 until PERIOD_INVALID']);
    const less = { ...files, authority: files.authority.replace('9000000', '1') };
    expect(places(await run(less, { dryRun: true }))).toEqual([]);
  });
});

test('a dry run names every bad line, and changes nothing', async () => {
  await run({
    people: people('giver', 'taker', 'third'),
    delegations: lines(header, `delegation,taker,third,${may},${june},,,`),
  });
  const before = recordsOf(api.store).length;
  const outcome = await run(
    {
      people: lines(
        'id,name,roles,status',
        'gone,Gone,lead,disabled',
        'lost,Lost,adjuster,',
        'new,New,lead,',
      ).concat('twin,Twin,lead,\r\n'),
      delegations: lines(
        'id,status,kind,person,delegate,from,until,roles,case_kinds,limits',
        `,,delegation,giver,new,${may},${june},lead,,CNY 5000000`,
        `,,delegation,giver,nobody,${may},${june},,,`,
        `,,delegation,gone,taker,${may},${june},,,`,
        `,,delegation,giver,taker,${may},${june},manager,,`,
        `,,delegation,lost,taker,${may},${june},lead,,`,
        `,,delegation,giver,taker,2026-05-04T00:00:01Z,${june},,,CNY 5000001`,
        `,,delegation,giver,taker,2026-05-04T00:00:02Z,${june},,,ABC 1`,
        `,,delegation,giver,taker,2026-05-04T00:00:03Z,,,,`,
        `,,delegation,giver,taker,2026-05-04T00:00:04Z,2027-06-04T00:00:00Z,,,`,
        `,,substitution,giver,taker,2026-08-04T00:00:00Z,${june},,,`,
        `,,substitution,giver,giver,${may},,,,`,
        `,,delegation,third,taker,${may},${june},,,`,
        `,,delegation,new,twin,${may},${june},,,`,
        `,,delegation,twin,new,${may},${june},,,`,
        `x,,substitution,giver,third,${may},,,,`,
        `x,,substitution,giver,third,${may},,,,`,
        `,,loan,giver,third,${may},,,,`,
        `,,substitution,giver,third,yesterday,,,,`,
        `,,substitution,giver,third,${may},,no role,,`,
        `,,substitution,giver,third,${may},,,,CNY 1.5`,
        `,cancelled,substitution,giver,third,${may},,,,`,
        `,revoked,substitution,nobody,third,${may},,,,`,
      ),
    },
    { dryRun: true },
  );
  expect(places(outcome)).toEqual([
    'delegations 3 delegate PERSON_UNKNOWN',
    'delegations 4 person PERSON_UNKNOWN',
    'delegations 5 roles DELEGATION_EXCEEDED',
    'delegations 6 roles DELEGATION_EXCEEDED',
    'delegations 7 limits DELEGATION_EXCEEDED',
    'delegations 8 limits CURRENCY_UNKNOWN',
    'delegations 9 until PERIOD_INVALID',
    'delegations 10 until PERIOD_INVALID',
    'delegations 11 until PERIOD_INVALID',
    'delegations 12 delegate DELEGATION_LOOP',
    'delegations 13 delegate DELEGATION_LOOP',
    'delegations 14 delegate DELEGATION_LOOP',
    'delegations 15 delegate DELEGATION_LOOP',
    'delegations 17 id ALREADY_EXISTS',
    'delegations 18 kind INPUT_INVALID',
    'delegations 19 from INPUT_INVALID',
    'delegations 20 roles INPUT_INVALID',
    'delegations 21 limits INPUT_INVALID',
    'delegations 22 status INPUT_INVALID',
    'delegations 23 person PERSON_UNKNOWN',
  ]);
  expect(await givenBy('giver')).toEqual([]);
  expect(recordsOf(api.store).length).toBe(before);
});

test('what the same import takes from a giver, they lend no more', async () => {
  await run({ people: people('rich', 'friend') });
  const outcome = await run({
    people: lines('id,roles', 'rich,adjuster'),
    authority: lines('holder_kind,holder,currency,amount', 'person,rich,CNY,100'),
    delegations: lines(
      header,
      `delegation,rich,friend,${may},${june},lead,,CNY 100`,
      `substitution,rich,friend,${may},,,,CNY 101`,
    ),
  });
  expect(places(outcome)).toEqual([
    'delegations 2 roles DELEGATION_EXCEEDED',
    'delegations 3 limits DELEGATION_EXCEEDED',
  ]);
});

test('the twenty-first whose work one person would do is one too many', async () => {
  const ids = Array.from({ length: 21 }, (_, i) => `crowd-${i}`);
  const substitution = (id: string) => `substitution,${id},crowded,${may},,,,`;
  const first = {
    people: people('crowded', ...ids),
    delegations: lines(header, ...ids.slice(1).map(substitution)),
  };
  expect((await run(first)).counts.delegations.added).toBe(20);
  expect(places(await run({ delegations: lines(header, ...ids.map(substitution)) }))).toEqual([
    'delegations 2 delegate DELEGATION_EXCEEDED',
  ]);
});

describe('a line about one that is there', () => {
  const line = (until: string, limits = 'CNY 300') => `delegation,chen,deng,${may},${until},,,${limits}`;
  beforeAll(async () => {
    await run({ people: people('chen', 'deng', 'fang'), delegations: lines(header, line(june)) });
  });

  test('changes how long and how far it goes, within the giver’s rights; what no column names stays', async () => {
    const longer = { delegations: lines(header, line('2026-07-04T00:00:00Z')) };
    expect((await run(longer)).counts.delegations).toEqual({ added: 0, changed: 1, unchanged: 0 });
    const above = { delegations: lines(header, line(june, 'CNY 5000001')) };
    expect(places(await run(above))).toEqual(['delegations 2 limits DELEGATION_EXCEEDED']);
    const bare = { delegations: lines('kind,person,delegate,from', `delegation,chen,deng,${may}`) };
    expect((await run(bare)).counts.delegations.unchanged).toBe(1);
    expect(await givenBy('chen')).toMatchObject([
      { untilMs: Date.UTC(2026, 6, 4), limits: [{ amount: 300, currency: 'CNY' }] },
    ]);
    expect(await typesOf(await idOf('chen'))).toEqual(['delegation.added', 'delegation.changed']);
  });

  test('never makes it another’s, or of another kind', async () => {
    const id = await idOf('chen');
    const other = (kind: string, delegate: string) =>
      run({
        delegations: lines(
          'id,kind,person,delegate,from,until',
          `${id},${kind},chen,${delegate},${may},${june}`,
        ),
      });
    expect(places(await other('delegation', 'fang'))).toEqual(['delegations 2 id ALREADY_EXISTS']);
    expect(places(await other('substitution', 'deng'))).toEqual(['delegations 2 id ALREADY_EXISTS']);
  });

  test('revokes it as it was given; from then on it stays revoked', async () => {
    const withStatus = (status: string) => ({
      delegations: lines(`${header},status`, `${line(june, 'CNY 1')},${status}`),
    });
    expect((await run(withStatus('revoked'))).counts.delegations.changed).toBe(1);
    expect(await givenBy('chen')).toMatchObject([
      { status: 'revoked', untilMs: Date.UTC(2026, 6, 4), limits: [{ amount: 300, currency: 'CNY' }] },
    ]);
    expect(recordsOf(api.store).at(-1)).toMatchObject({
      type: 'delegation.revoked',
      detail: { delegateId: 'deng', status: 'revoked' },
    });
    expect((await run(withStatus('revoked'))).counts.delegations.unchanged).toBe(1);
    expect((await run({ delegations: lines(header, line(june)) })).counts.delegations.unchanged).toBe(1);
    expect(places(await run(withStatus('active')))).toEqual(['delegations 2 id ALREADY_EXISTS']);
    expect((await givenBy('chen')).map(({ status }) => status)).toEqual(['revoked']);
  });
});

test('an export reads back as it was, here and in an empty store', async () => {
  await run({
    people: people('from-a', 'to-b'),
    delegations: lines(
      header,
      `delegation,from-a,to-b,${may},${june},lead,claim,CNY 3;USD 0`,
      `substitution,from-a,to-b,${may},,,,none`,
      `substitution,to-b,from-a,${may},,,,`,
    ),
  });
  await revokeDelegation(api.store, tenant, await idOf('to-b'), options.by);
  const csv = await printTable(api.store, tenant, 'delegations');
  expect(csv).toContain(',none,active\r\n');
  const { added, changed, unchanged } = (await run({ delegations: csv })).counts.delegations;
  expect([added, changed, unchanged]).toEqual([0, 0, csv.trim().split('\r\n').length - 1]);
  const { store, remove } = await temporaryStore();
  try {
    await seedEmbedded(store, tenant, { demoPeople: true });
    const [people, authority] = await Promise.all([
      printTable(api.store, tenant, 'people'),
      printTable(api.store, tenant, 'authority'),
    ]);
    const outcome = await importFiles(store, tenant, { people, authority, delegations: csv }, options);
    expect(outcome.errors).toEqual([]);
    expect(await printTable(store, tenant, 'delegations')).toBe(csv);
  } finally {
    await remove();
  }
});

describe('over HTTP', () => {
  const send = async (delegations: string, more: { [table: string]: string } = {}, query = '') => {
    const form = new FormData();
    for (const [table, text] of Object.entries({ delegations, ...more })) {
      form.append(table, new File([text], `${table}.csv`, { type: 'text/csv' }));
    }
    const response = await api.app.request(`/v1/people/import${query}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await api.tokenOf('admin')}`,
        'idempotency-key': randomUUID(),
      },
      body: form,
    });
    // biome-ignore lint/suspicious/noExplicitAny: a test reads what the answer is expected to hold
    return { status: response.status, body: (await response.json()) as any };
  };

  test('nobody imports somebody else’s rights to themselves, under another account neither', async () => {
    await run({ people: lines('id,name,roles,same_person_as', 'admin-2,Admin,adjuster,admin') });
    const mine = lines(
      header,
      `delegation,lead,admin,${may},${june},,,`,
      `substitution,lead,admin-2,${may},,,,`,
      `substitution,lead,lead-2,${may},,,,`,
    );
    const dry = await send(mine, {}, '?dryRun=true');
    expect(
      dry.body.errors.map(({ line, column, code }: { [field: string]: unknown }) => [line, column, code]),
    ).toEqual([
      [2, 'delegate', 'FOUR_EYES'],
      [3, 'delegate', 'FOUR_EYES'],
    ]);
    const refused = await send(mine);
    expect([refused.status, refused.body.code]).toEqual([422, 'IMPORT_INVALID']);
    expect(refused.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/delegations/2/delegate',
      '/delegations/3/delegate',
    ]);
    expect(await givenBy('lead')).toEqual([]);
    const late = await send(lines(header, `substitution,lead,admin-3,${may},,,,`), {
      people: lines('id,name,same_person_as', 'admin-3,Admin,admin'),
    });
    expect(late.body.errors).toMatchObject([{ pointer: '/people/2/id' }]);
  });

  test('what another gave them stays, is not widened by them, and may be given back; their own they may lend', async () => {
    const given = (limits: string) => `substitution,lead,admin,${may},,,,${limits}`;
    await run({ delegations: lines(header, given('CNY 5')) });
    const own = `substitution,admin,auditor,${may},,,,`;
    const taken = await send(lines(header, given('CNY 5'), own));
    expect(taken.body.counts.delegations).toEqual({ added: 1, changed: 0, unchanged: 1 });
    const wider = await send(lines(header, given('CNY 6')));
    expect(wider.body.errors).toMatchObject([{ pointer: '/delegations/2/delegate' }]);
    const back = await send(lines(`${header},status`, `${given('CNY 5')},revoked`));
    expect(back.body.counts.delegations.changed).toBe(1);
  });

  test('the export is of the same columns', async () => {
    const { status, body } = await api.call('admin', 'GET', '/v1/people/export?table=delegations');
    expect([status, body.split('\r\n')[0]]).toEqual([
      200,
      'kind,person,delegate,from,id,until,roles,case_kinds,limits,status',
    ]);
  });
});

test('the command line imports and exports delegations', async () => {
  const home = mkdtempSync(join(tmpdir(), 'caseloom-delegations-'));
  const caseloom = (...args: string[]) =>
    promisify(execFile)('node', ['cli/bin.mjs', 'people', ...args], {
      env: { ...process.env, CASELOOM_HOME: home },
    });
  try {
    const [staff, lent, out] = ['people', 'lent', 'out'].map((name) => join(home, `${name}.csv`));
    writeFileSync(String(staff), people('cli-a', 'cli-b'));
    writeFileSync(String(lent), lines(header, 'substitution,cli-a,cli-b,2026-05-04T00:00:00Z,,,,CNY 7'));
    const both = await caseloom('import', String(staff), '--delegations', String(lent));
    expect(both.stdout).toBe(
      'people: 2 added, 0 changed, 0 unchanged\ndelegations: 1 added, 0 changed, 0 unchanged\n',
    );
    await caseloom('export', '--table', 'delegations', '--out', String(out));
    expect(readFileSync(String(out), 'utf8')).toMatch(
      /substitution,cli-a,cli-b,2026-05-04T00:00:00.000Z,del-[0-9a-f]{24},,,,CNY 7,active\r\n/,
    );
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
