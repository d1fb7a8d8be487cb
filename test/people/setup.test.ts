import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDeliver } from '../../activities/deliver.ts';
import type { Letter } from '../../activities/ports/letters.ts';
import { importFiles } from '../../api/people-csv/import-files.ts';
import { embeddedTenant, seedEmbedded } from '../../api/seed.ts';
import { loadSettings } from '../../cli/settings.ts';
import { completeAnswers } from '../../cli/setup/answers.ts';
import { askMissing } from '../../cli/setup/ask.ts';
import { productionNeeds } from '../../cli/setup/production-gaps.ts';
import { nextNumber } from '../../db/own/next-number.ts';
import { readSettings, type TenantSettings, writeSettings } from '../../db/own/tenant-settings.ts';
import { openVault } from '../../db/vault/open-vault.ts';
import { exampleOrganisation } from '../../machines/library/organisation.ts';
import { formatNumber, numberFormatProblem } from '../../machines/settings/number-format.ts';
import { startTestApi } from '../support/api.ts';
import { recordsOf } from '../support/records.ts';
import { type TemporaryStore, temporaryStore } from '../support/temporary-store.ts';

// Guarantee: what setup writes is what the product does from then on, and the check believes nothing it has not seen.

const tenant = embeddedTenant;
const by = { actorId: 'operator', atMs: Date.UTC(2026, 4, 4) };

describe('a number format', () => {
  test.each([
    ['{prefix}-{year}-{n:6}', 'CL-2026-000007'],
    ['{prefix}{yy}/{n:8}', 'CL26/00000007'],
    ['No.{n}.{year}.{prefix}', 'No.7.2026.CL'],
  ])('%s', (format, number) => {
    expect(numberFormatProblem(format)).toBeUndefined();
    expect(formatNumber(format, { prefix: 'CL', year: 2026, n: 7 })).toBe(number);
  });
  test.each([
    '{prefix}-{n}',
    '{year}-{n}',
    '{prefix}-{year}',
    '{prefix}{year}{n}',
    '{prefix}-{year}-{n}-{n}',
    '{prefix} {year} {n:6}',
    '{prefix}-{year}-{n:0}',
    '{kind}-{prefix}-{year}-{n}',
    'x'.repeat(61),
  ])('%s is refused', (format) => {
    expect(numberFormatProblem(format)).toBeTypeOf('string');
  });
});

describe('the questions', () => {
  const ask = async (lines: string[], given: object = {}, settings: TenantSettings = {}) => {
    const input = new PassThrough();
    const output = new PassThrough();
    input.end(lines.map((line) => `${line}\n`).join(''));
    const answers = await askMissing(given, settings, { input, output });
    output.end();
    return { answers: completeAnswers(answers), asked: await text(output) };
  };

  test('five, each with a default', async () => {
    const { answers, asked } = await ask([]);
    expect(asked.match(/\d\/5/g)).toEqual(['1/5', '2/5', '3/5', '4/5', '5/5']);
    expect(answers).toEqual({
      ...{ jurisdiction: 'cn', company: { name: 'Example Insurance', letterhead: '' } },
      ...{ numberFormat: '{prefix}-{year}-{n:6}', people: null, departments: null, authority: null },
      oidcGroups: null,
    });
  });

  test('are asked again where the answer cannot be, and not where it is given', async () => {
    const { answers, asked } = await ask(['mars', 'uk', 'Albion | 1 High Street', 'people.csv', ''], {
      numberFormat: '{prefix}/{year}/{n}',
    });
    expect(answers).toMatchObject({
      ...{ jurisdiction: 'uk', company: { name: 'Albion', letterhead: '1 High Street' } },
      ...{ numberFormat: '{prefix}/{year}/{n}', people: 'people.csv', authority: null },
    });
    expect(asked).toContain('is none of these');
    expect(asked).not.toContain('3/5');
  });

  test('offer what is there: an empty line keeps it', async () => {
    const settings = {
      jurisdiction: 'uk',
      company: { name: 'Albion', letterhead: '1 High Street' },
      numberFormat: '{prefix}/{yy}/{n}',
    };
    expect((await ask([], {}, settings)).answers).toMatchObject(settings);
  });

  test.each([
    [{ jurisdiction: 'mars' }, 'jurisdiction: must be one of cn, uk, us'],
    [{ numberFormat: '{n}' }, /^numberFormat: must hold/],
    [{ company: { name: '' } }, /^company.name/],
    [{ surprise: 1 }, /surprise/],
  ])('%j is refused', (answers, message) => {
    expect(() => completeAnswers(answers)).toThrow(message);
  });
});

test('settings are read: numbers, the profile of a new case, letters', async () => {
  const api = await startTestApi();
  try {
    const before = await api.openComplaint();
    expect([before.number, before.profile]).toEqual([expect.stringMatching(/^CP-\d{4}-000001$/), null]);
    const company = { name: '示例保险', letterhead: 'Beijing' };
    await writeSettings(
      api.store,
      tenant,
      { jurisdiction: 'cn', numberFormat: '{yy}.{prefix}.{n:3}', company },
      by,
    );
    const after = await api.openComplaint();
    expect([after.number, after.profile]).toEqual([expect.stringMatching(/^\d{2}\.CP\.002$/), 'cn']);
    expect((await api.openComplaint({ profile: 'uk' })).profile).toBe('uk');

    const sent: Letter[] = [];
    const deliver = createDeliver(api.store, {
      send: async (letter) => {
        sent.push(letter);
        return { letterId: '1' };
      },
    });
    await deliver({
      ...{ tenant, effectId: 'e', caseId: after.caseId, attempts: 1 },
      payload: { type: 'deliver', id: 'e', template: 't', to: { customer: true }, data: {} },
    } as never);
    expect(sent).toEqual([
      {
        ...{ effectId: 'e', tenant, caseId: after.caseId, template: 't', to: { customer: true } },
        ...{ from: company, owner: { id: after.owner, name: `Demo ${after.owner}` } },
      },
    ]);

    const written = recordsOf(api.store).filter(({ type }) => type === 'setting.changed');
    expect(written.map(({ subject }) => subject.id)).toEqual(['jurisdiction', 'numberFormat', 'company']);
    await writeSettings(api.store, tenant, { company }, by);
    expect(await readSettings(api.store, tenant)).toEqual({
      jurisdiction: 'cn',
      numberFormat: '{yy}.{prefix}.{n:3}',
      company,
    });
    expect(recordsOf(api.store).filter(({ type }) => type === 'setting.changed').length).toBe(3);
  } finally {
    await api.stop();
  }
});

test('kinds that share a count get different numbers in any format', async () => {
  const { store, remove } = await temporaryStore();
  await writeSettings(store, tenant, { numberFormat: '{prefix}{yy}-{n}' }, by);
  const numbers = await Promise.all(
    ['claim', 'claim', 'complaint', 'own-a', 'own-b'].map((kind) => nextNumber(store, tenant, kind, 2026)),
  );
  expect(numbers).toEqual(['CL26-1', 'CL26-2', 'CP26-1', 'CS26-1', 'CS26-2']);
  await remove();
});

describe('what production lacks', () => {
  const nowMs = Date.UTC(2026, 10, 1);
  let opened: TemporaryStore;
  let outside: string;
  beforeEach(async () => {
    opened = await temporaryStore();
    outside = mkdtempSync(join(tmpdir(), 'caseloom-outside-'));
    await seedEmbedded(opened.store);
  });
  afterEach(async () => {
    await opened.remove();
    rmSync(outside, { recursive: true, force: true });
  });
  const lacking = async (
    evidence: Parameters<typeof productionNeeds>[2] = {},
    env: NodeJS.ProcessEnv = {},
  ) => {
    const settings = loadSettings({ CASELOOM_HOME: opened.folder, ...env });
    return (await productionNeeds(opened.store, settings, evidence, nowMs))
      .filter(({ ok }) => !ok)
      .map(({ id }) => id);
  };

  test('of a fresh installation is nearly everything', async () => {
    const { store } = opened;
    expect(await lacking()).toEqual(
      expect.arrayContaining([
        'sign-in',
        'people',
        'administrators',
        'demo-people',
        'company',
        'tls',
        'key-file',
        'backups',
        'temporal',
      ]),
    );
    const needs = await productionNeeds(store, loadSettings({ CASELOOM_HOME: opened.folder }), {}, nowMs);
    expect(needs.every(({ ok, fix }) => ok === (fix === ''))).toBe(true);
  });

  test('is less once there are people of one’s own, the demo people are out, and the company has a name', async () => {
    const { store } = opened;
    const lines = (...rows: string[]) => rows.join('\n');
    const { people, departments } = exampleOrganisation;
    const files = {
      people: lines('id,name,roles', 'zhang,Zhang,admin', 'li,Li,admin'),
      departments: lines('id,head', ...departments.map(({ id }) => `${id},zhang`)),
    };
    expect((await importFiles(store, tenant, files, { by, dryRun: false })).errors).toEqual([]);
    expect(await lacking()).toContain('demo-people');
    // What the check says is to be done.
    const out = lines('id,status', ...people.map(({ id }) => `${id},disabled`));
    expect((await importFiles(store, tenant, { people: out }, { by, dryRun: false })).errors).toEqual([]);
    await writeSettings(store, tenant, { company: { name: 'Albion', letterhead: '1 High Street' } }, by);
    const left = await lacking();
    for (const id of ['people', 'administrators', 'demo-people', 'department-heads', 'company']) {
      expect(left).not.toContain(id);
    }
    await seedEmbedded(store);
    expect(await lacking()).toEqual(left);
  });

  test('the key counts with a copy of it outside, not with another file', async () => {
    await openVault(opened.store, { home: opened.folder });
    const inside = join(opened.folder, 'copy.key');
    copyFileSync(join(opened.folder, 'vault.key'), inside);
    const copy = join(outside, 'vault.key');
    expect(await lacking({ keyCopy: copy })).toContain('key-file');
    writeFileSync(copy, 'another');
    expect(await lacking({ keyCopy: copy })).toContain('key-file');
    expect(await lacking({ keyCopy: inside })).toContain('key-file');
    copyFileSync(inside, copy);
    expect(await lacking({ keyCopy: copy })).not.toContain('key-file');
  });

  test('backups count where a database of the last day lies outside', async () => {
    expect(await lacking({ backups: outside })).toContain('backups');
    const file = join(outside, 'caseloom.db');
    writeFileSync(file, 'SQLite format 3\0 and so on');
    utimesSync(file, nowMs / 1000, nowMs / 1000 - 3_600);
    expect(await lacking({ backups: outside })).not.toContain('backups');
    utimesSync(file, nowMs / 1000, nowMs / 1000 - 40 * 3_600);
    expect(await lacking({ backups: outside })).toContain('backups');
    mkdirSync(join(opened.folder, 'backups'));
    expect(await lacking({ backups: join(opened.folder, 'backups') })).toContain('backups');
  });

  test('TLS counts where an https address answers, and an own Temporal server is no embedded one', async () => {
    expect(await lacking({ publicUrl: 'http://127.0.0.1:1' })).toContain('tls');
    expect(await lacking({ publicUrl: 'https://127.0.0.1:1' })).toContain('tls');
    const needs = await productionNeeds(
      opened.store,
      loadSettings({ CASELOOM_HOME: opened.folder, TEMPORAL_ADDRESS: 'temporal.example:7233' }),
      {},
      nowMs,
    );
    expect(needs.find(({ id }) => id === 'temporal')).toMatchObject({
      ok: false,
      found: 'temporal.example:7233',
    });
  });
});

test('the command line: set up by flags and answers, checked', async () => {
  const home = mkdtempSync(join(tmpdir(), 'caseloom-setup-'));
  const caseloom = (...args: string[]) =>
    promisify(execFile)('node', ['cli/bin.mjs', 'setup', ...args], {
      env: { ...process.env, CASELOOM_HOME: home },
    });
  try {
    const people = join(home, 'people.csv');
    const answers = join(home, 'answers.json');
    writeFileSync(people, 'id,name,roles\nli,Li,adjuster\n');
    writeFileSync(
      answers,
      JSON.stringify({ company: { name: 'Albion', letterhead: '1 High Street' }, people }),
    );
    const done = await caseloom('--answers', answers, '--jurisdiction', 'uk');
    expect(done.stdout).toContain('people: 1 added');
    expect(done.stdout).toContain('Jurisdiction uk; Albion; case numbers {prefix}-{year}-{n:6}.');
    const again = await caseloom('--yes', '--letterhead', '2 Low Street');
    expect(again.stdout).toContain('Jurisdiction uk; Albion;');
    const checked = await caseloom('--check', '--json').catch((error) => error);
    expect(checked.code).toBe(1);
    const needs = JSON.parse(checked.stdout).needs as { id: string; ok: boolean }[];
    expect(needs.filter(({ ok }) => ok).map(({ id }) => id)).toEqual(
      expect.arrayContaining(['people', 'company']),
    );
    writeFileSync(people, 'id,name,roles\nwu,Wu,king\n');
    await expect(caseloom('--answers', answers)).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining('people, line 2, roles: is no role'),
    });
    await expect(caseloom('--yes', '--number-format', '{n}')).rejects.toMatchObject({ code: 2 });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
