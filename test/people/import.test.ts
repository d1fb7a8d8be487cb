import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importFiles } from '../../api/people-csv/import-files.ts';
import { printTable } from '../../api/people-csv/print-table.ts';
import { embeddedTenant } from '../../api/seed.ts';
import { listAbsences } from '../../db/own/absences.ts';
import { departmentIn } from '../../db/own/departments.ts';
import { listPeoplePage } from '../../db/own/list-people.ts';
import { getPerson } from '../../db/own/people.ts';
import { personRecordIn } from '../../db/own/person-record.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { recordsOf } from '../support/records.ts';

// Guarantee: an import is all or nothing, names each bad line with its column and why, and reads back what an export
// wrote; nobody raises their own rights by one.

const tenant = embeddedTenant;
const nowMs = Date.UTC(2026, 4, 4, 1);
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ now: () => nowMs });
});
afterAll(() => api.stop());

const options = { by: { actorId: 'operator', atMs: nowMs }, dryRun: false };
const run = (
  files: Parameters<typeof importFiles>[2],
  changes: Partial<Parameters<typeof importFiles>[3]> = {},
) => importFiles(api.store, tenant, files, { ...options, ...changes });
const lines = (...rows: string[]) => `${rows.join('\r\n')}\r\n`;
const places = (outcome: Awaited<ReturnType<typeof run>>) =>
  outcome.errors.map(({ table, line, column, code }) => `${table} ${line} ${column} ${code}`);

const send = async (
  person: string,
  files: { [table: string]: string },
  query = '',
  key: string = randomUUID(),
) => {
  const form = new FormData();
  for (const [table, text] of Object.entries(files)) {
    form.append(table, new File([text], `${table}.csv`, { type: 'text/csv' }));
  }
  const response = await api.app.request(`/v1/people/import${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await api.tokenOf(person)}`, 'idempotency-key': key },
    body: form,
  });
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what the answer is expected to hold
  return { status: response.status, body: (await response.json()) as any };
};

describe('an import', () => {
  const files = {
    people: lines(
      '\uFEFFid,name,roles,departments,licences,superior,calendar',
      'ma,"Ma, ""Lao""",manager;adjuster@2026-01-01T00:00:00Z/2026-06-01T00:00:00Z,north,,,cn',
      'bao,鲍 小明,adjuster,north;claims,surveyor@/2027-01-01T00:00:00Z,ma,',
    ),
    departments: lines('id,title_zh,title_en,parent,head', 'north,北区,North,claims,ma'),
    authority: lines('holder_kind,holder,case_kind,currency,amount', 'person,bao,claim,CNY,700'),
    absences: lines('person,reason,from,until', 'bao,leave,2026-05-04T00:00:00Z,2026-05-06T00:00:00+08:00'),
  };

  test('takes files that need each other, quotes, other scripts, periods and zones', async () => {
    const outcome = await run(files);
    expect(outcome).toMatchObject({
      ok: true,
      errors: [],
      counts: {
        people: { added: 2 },
        departments: { added: 1 },
        authority: { added: 1 },
        absences: { added: 1 },
      },
    });
    expect(await getPerson(api.store, tenant, 'ma', nowMs)).toMatchObject({
      ...{ name: 'Ma, "Lao"', roles: ['adjuster', 'manager'], departments: ['north'], calendar: 'cn' },
    });
    expect((await getPerson(api.store, tenant, 'ma', Date.UTC(2026, 5, 1)))?.roles).toEqual(['manager']);
    expect(await getPerson(api.store, tenant, 'bao', nowMs)).toMatchObject({
      name: '鲍 小明',
      superior: 'ma',
    });
    const { items } = await listAbsences(api.store, { tenant, personId: 'bao' });
    expect(items).toMatchObject([{ untilMs: Date.UTC(2026, 4, 5, 16) }]);
  });

  test('the same files again change nothing and leave no record', async () => {
    const before = recordsOf(api.store).length;
    expect((await run(files)).counts).toMatchObject({
      people: { added: 0, changed: 0, unchanged: 2 },
      absences: { unchanged: 1 },
    });
    expect(recordsOf(api.store).length).toBe(before);
  });

  test('a column that the header leaves out stays as it was; an empty cell is emptied', async () => {
    await run({ people: lines('id,superior', 'bao,') });
    const person = await getPerson(api.store, tenant, 'bao', nowMs);
    expect(person).toMatchObject({ name: '鲍 小明', roles: ['adjuster'], licences: ['surveyor'] });
    expect(person).not.toHaveProperty('superior');
  });

  test('names every bad line of every table, and changes nothing', async () => {
    const before = recordsOf(api.store).length;
    const outcome = await run({
      people: lines(
        'id,name,roles,departments,superior,calendar',
        'ok,Ok,adjuster,claims,,',
        'r,R,king,claims,,',
        'd,D,adjuster,moon,,',
        's,S,adjuster,claims,nobody,',
        'c,C,adjuster,claims,,moon',
        'loop-a,A,adjuster,claims,loop-b,',
        'loop-b,B,adjuster,claims,loop-a,',
        'ok,Again,adjuster,claims,,',
        'short,Short',
        'no name,X,,,,',
        'p,P,adjuster@2026-02-01T00:00:00Z/2026-01-01T00:00:00Z,claims,,',
        'n,,adjuster,claims,,',
        'f,=1+1,adjuster,claims,,',
        't,T,adjuster@yesterday/,claims,,',
      ),
      departments: lines('id,parent', 'claims,survey'),
      authority: lines(
        'holder_kind,holder,currency,amount,from,until',
        'role,king,CNY,1,,',
        'person,bao,ABC,1,,',
        'person,bao,CNY,1.5,,',
        'person,bao,USD,1,,2026-06-01T00:00:00Z',
        'person,bao,USD,2,2026-05-01T00:00:00Z,',
      ),
      absences: lines(
        'person,from,until',
        'bao,2026-05-05T00:00:00Z,2026-05-07T00:00:00Z',
        'who,2026-05-05T00:00:00Z,2026-05-07T00:00:00Z',
      ),
    });
    expect(places(outcome)).toEqual([
      'absences 2 from ABSENCE_OVERLAPS',
      'absences 3 person PERSON_UNKNOWN',
      'authority 2 holder ROLE_UNKNOWN',
      'authority 3 currency CURRENCY_UNKNOWN',
      'authority 4 amount INPUT_INVALID',
      'authority 5 from PERIOD_OVERLAPS',
      'authority 6 from PERIOD_OVERLAPS',
      'departments 2 parent HIERARCHY_LOOP',
      'people 3 roles ROLE_UNKNOWN',
      'people 4 departments DEPARTMENT_UNKNOWN',
      'people 5 superior PERSON_UNKNOWN',
      'people 6 calendar CALENDAR_UNKNOWN',
      'people 7 superior HIERARCHY_LOOP',
      'people 8 superior HIERARCHY_LOOP',
      'people 9 id ALREADY_EXISTS',
      'people 10  INPUT_INVALID',
      'people 11 id INPUT_INVALID',
      'people 12 roles PERIOD_INVALID',
      'people 13 name INPUT_INVALID',
      'people 14 name INPUT_INVALID',
      'people 15 roles INPUT_INVALID',
    ]);
    expect(await getPerson(api.store, tenant, 'ok')).toBeUndefined();
    expect(recordsOf(api.store).length).toBe(before);
  });

  test.each<[string, string, string]>([
    ['an unknown column', lines('id,name,salary', 'x,X,1'), 'people 1 salary INPUT_INVALID'],
    ['no column of ids', lines('name', 'X'), 'people 1 id INPUT_INVALID'],
    ['a column twice', lines('id,name,name', 'x,X,Y'), 'people 1 name INPUT_INVALID'],
    ['nothing at all', '', 'people 1  INPUT_INVALID'],
    ['a quote that does not end', 'id,name\nx,"X\n', 'people 2  INPUT_INVALID'],
  ])('a file with %s is refused', async (_, people, expected) => {
    expect(places(await run({ people }))).toEqual([expected]);
  });

  test('a dry run says the same and writes nothing', async () => {
    const before = recordsOf(api.store).length;
    const outcome = await run({ people: lines('id,name', 'dry,Dry') }, { dryRun: true });
    expect(outcome).toMatchObject({ ok: true, dryRun: true, counts: { people: { added: 1 } } });
    expect(await getPerson(api.store, tenant, 'dry')).toBeUndefined();
    expect(recordsOf(api.store).length).toBe(before);
  });
});

test('an export reads back as it was', async () => {
  for (const table of ['people', 'departments', 'authority', 'absences'] as const) {
    const csv = await printTable(api.store, tenant, table);
    const outcome = await run({ [table]: csv });
    expect([table, outcome.errors]).toEqual([table, []]);
    const { added, changed, unchanged } = outcome.counts[table];
    expect([table, added, changed, unchanged > 0]).toEqual([table, 0, 0, true]);
  }
});

describe('over HTTP', () => {
  test('a dry run names the bad lines; the import itself is refused with them, and recorded', async () => {
    const files = { people: lines('id,name,roles', 'w,W,king') };
    const dry = await send('admin', files, '?dryRun=true');
    expect([dry.status, dry.body]).toMatchObject([
      200,
      {
        ok: false,
        errors: [{ table: 'people', line: 2, column: 'roles', code: 'ROLE_UNKNOWN', reason: 'is no role' }],
      },
    ]);
    const refused = await send('admin', files);
    expect([refused.status, refused.body.code, refused.body.errors]).toEqual([
      422,
      'IMPORT_INVALID',
      [{ pointer: '/people/2/roles', message: 'is no role' }],
    ]);
    expect(recordsOf(api.store).at(-1)).toMatchObject({
      type: 'command.refused',
      detail: { code: 'IMPORT_INVALID' },
    });
  });

  test('is the administrators’, once per key, and never for their own rights', async () => {
    const files = { people: lines('id,name,roles', 'web,Web,adjuster') };
    expect((await send('manager', files)).body.code).toBe('ROLE_REQUIRED');
    const key = randomUUID();
    expect((await send('admin', files, '', key)).body).toMatchObject({
      ok: true,
      counts: { people: { added: 1 } },
    });
    expect((await send('admin', files, '', key)).body).toMatchObject({ counts: { people: { added: 1 } } });
    expect((await send('admin', { people: lines('id,name', 'web,Other') }, '', key)).status).toBe(422);
    const own = await send(
      'admin',
      {
        people: lines('id,roles', 'admin,admin;manager'),
        authority: lines('holder_kind,holder,currency,amount', 'person,admin,CNY,1', 'role,admin,CNY,1'),
      },
      '?dryRun=true',
    );
    expect(own.body.errors.map(({ table, code }: { table: string; code: string }) => [table, code])).toEqual([
      ['authority', 'FOUR_EYES'],
      ['authority', 'FOUR_EYES'],
      ['people', 'FOUR_EYES'],
    ]);
    expect((await send('admin', {})).status).toBe(422);
    const unasked = await send('admin', { people: lines('id,name', 'web,Other'), poeple: '' });
    expect(unasked.body).toMatchObject({ code: 'INPUT_INVALID', errors: [{ pointer: '/poeple' }] });
  });

  test('an export is recorded, and nobody’s but the administrators’', async () => {
    const { status, headers, body } = await api.call('admin', 'GET', '/v1/people/export?table=departments');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    expect(body).toContain('claims,理赔部,Claims,head-office,manager,active\r\n');
    expect(recordsOf(api.store).at(-1)).toMatchObject({ type: 'export.made', actorId: 'admin' });
    expect((await api.call('auditor', 'GET', '/v1/people/export')).status).toBe(404);
  });
});

// The full run imports as many as a large insurer has.
const many = process.env.CASELOOM_FULL === '1' ? 10_000 : 2_000;

test(`${many} people are imported at once, and listed page by page`, async () => {
  const departments = lines('id,parent', ...Array.from({ length: 1_000 }, (_, i) => `team-${i},claims`));
  const people = lines(
    'id,name,roles,departments,superior',
    ...Array.from({ length: many }, (_, i) => `p-${i},Person ${i},adjuster,claims;team-${i % 1_000},lead`),
  );
  const outcome = await run({ people, departments });
  expect(outcome).toMatchObject({
    ok: true,
    counts: { people: { added: many }, departments: { added: 1_000 } },
  });
  const plan = api.store.sqlite
    .prepare(
      'explain query plan select person_id from people where tenant = ? and person_id > ? order by person_id limit 201',
    )
    .all(tenant, '') as { detail: string }[];
  expect(plan.map(({ detail }) => detail).join()).toMatch(/^SEARCH people USING (COVERING )?INDEX/);
  let cursor: string | null | undefined;
  let seen = 0;
  do {
    const page = await listPeoplePage(
      api.store,
      { tenant, role: 'adjuster', limit: 200, cursor: cursor ?? undefined },
      nowMs,
    );
    seen += page.items.length;
    cursor = page.next;
  } while (cursor !== null);
  expect(seen).toBeGreaterThanOrEqual(many + 3);
  const { store } = api;
  expect(await store.read((db) => personRecordIn(db, tenant, `p-${many - 1}`)?.superior)).toBe('lead');
  expect(await store.read((db) => departmentIn(db, tenant, 'team-999')?.parent)).toBe('claims');
});

test('the command line: a dry run, an import and an export', async () => {
  const home = mkdtempSync(join(tmpdir(), 'caseloom-people-'));
  const caseloom = (...args: string[]) =>
    promisify(execFile)('node', ['cli/bin.mjs', 'people', ...args], {
      env: { ...process.env, CASELOOM_HOME: home },
    });
  try {
    const good = join(home, 'good.csv');
    const bad = join(home, 'bad.csv');
    writeFileSync(good, lines('id,name,roles', 'cli,Cli,adjuster'));
    writeFileSync(bad, lines('id,name,roles', 'cli,Cli,king'));
    const dry = await caseloom('import', good, '--dry-run');
    expect(dry.stdout).toBe('people: 1 added, 0 changed, 0 unchanged (dry run: nothing is written)\n');
    await expect(caseloom('import', bad)).rejects.toMatchObject({
      code: 1,
      stdout: 'people, line 2, roles: is no role [ROLE_UNKNOWN]\n1 bad; nothing was imported.\n',
    });
    await expect(caseloom('import', join(home, 'none.csv'))).rejects.toMatchObject({ code: 2 });
    expect(JSON.parse((await caseloom('import', good, '--json')).stdout)).toMatchObject({ ok: true });
    const out = join(home, 'out.csv');
    await caseloom('export', '--out', out);
    expect(readFileSync(out, 'utf8')).toContain('cli,Cli,active,adjuster,,,,,,,\r\n');
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
