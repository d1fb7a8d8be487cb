import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planComplaint } from '../../cli/replay/plan-complaint.ts';
import { verifyDatabase } from '../../cli/verify/verify-database.ts';
import { verifyOnThreads } from '../../cli/verify/verify-on-threads.ts';
import { integrate } from '../../db/log/integrate.ts';
import { openStore } from '../../db/open.ts';
import { appendRecord } from '../../db/own/append-record.ts';
import { project } from '../../db/write/project.ts';
import { canonicalJson } from '../../machines/kernel/canonical-json.ts';
import { leafHash } from '../../machines/kernel/entry.ts';
import { recover } from '../../machines/kernel/recover.ts';
import { verifyChain } from '../../machines/kernel/verify-chain.ts';
import { compiledDefinition, runPlan } from '../replay/pure-case.ts';

// Guarantee: whatever is altered in the database afterwards is found, and the first bad entry is named.

const folder = mkdtempSync(join(tmpdir(), 'caseloom-verify-'));
const file = join(folder, 'caseloom.db');
const numbers = ['1001', '1002', '1003'].map((fileNo) => `ct-complaint:${fileNo}`);
let copies = 0;

const complaintFile = (fileNo: string) => ({
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
  recoveryUsd: fileNo === '1002' ? 120.5 : 0,
});

beforeAll(async () => {
  const store = await openStore({ file, synchronous: 'NORMAL' });
  const compiled = compiledDefinition('complaint', 'us');
  for (const fileNo of ['1001', '1002', '1003']) {
    const plan = planComplaint(complaintFile(fileNo));
    const { state, entries } = runPlan(compiled, plan);
    await project(store, { tenant: 'demo', caseId: state.caseId, state, entries, effects: [] });
    await appendRecord(store, 'demo', {
      actorId: 'auditor',
      type: 'entries.read',
      subject: { kind: 'case', id: state.caseId },
      detail: {},
    });
  }
  await integrate(store, { tenant: 'demo', holder: 'test' });
  await store.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of the database in which somebody with the file in hand has changed something. */
const altered = (change: (sqlite: Database.Database) => void): string => {
  const copy = join(folder, `copy-${++copies}.db`);
  const source = new Database(file, { readonly: true });
  source.exec(`vacuum into '${copy}'`);
  source.close();
  const sqlite = new Database(copy);
  for (const table of ['entries', 'records', 'log_leaves']) {
    sqlite.exec(`drop trigger ${table}_no_update; drop trigger ${table}_no_delete`);
  }
  change(sqlite);
  sqlite.close();
  return copy;
};

const second = `case_id = (select case_id from cases where number = '${numbers[1]}')`;
const firstBad = (change: string | ((sqlite: Database.Database) => void)) => {
  const { ok, firstBad } = verifyDatabase(
    altered((sqlite) => (typeof change === 'string' ? sqlite.exec(change) : change(sqlite))),
  );
  expect(ok).toBe(false);
  return firstBad;
};

it('an unaltered database verifies, with all that it holds counted', () => {
  const found = verifyDatabase(file);
  expect(found).toMatchObject({
    ok: true,
    cases: 3,
    records: 3,
    badCases: 0,
    firstBad: null,
    waitingLeaves: 0,
  });
  expect(found.logLeaves).toBe(found.entries + found.records);
  expect(found.entries).toBeGreaterThan(45);
});

it('one tenant or one case can be asked for', () => {
  expect(verifyDatabase(file, { tenant: 'other' })).toMatchObject({ ok: true, cases: 0, records: 0 });
  expect(verifyDatabase(file, { case: numbers[1] ?? '' })).toMatchObject({ ok: true, cases: 1 });
  expect(verifyDatabase(file, { case: numbers[1] ?? '', tenant: 'other' })).toMatchObject({ cases: 0 });
});

it('finds the same on two threads', async () => {
  const both = async (database: string) => {
    const { durationMs: _, ...alone } = verifyDatabase(database);
    const { durationMs, ...together } = await verifyOnThreads(database, {}, 0);
    expect(together).toEqual(alone);
    return together;
  };
  expect(await both(file)).toMatchObject({ ok: true, cases: 3 });
  const twice = altered((sqlite) => sqlite.exec('update entries set epoch = 2 where seq = 5'));
  expect(await both(twice)).toMatchObject({ ok: false, badCases: 3 });
});

describe('an entry', () => {
  const at = { tenant: 'demo', number: numbers[1], seq: 5 };

  it.each([
    ['another text', `update entries set leaf = replace(leaf, 'handler', 'manager')`, 'HASH_DIFFERS'],
    ['another hash', `update entries set hash = '${'0'.repeat(64)}'`, 'HASH_DIFFERS'],
    ['another column beside the text', `update entries set actor_id = 'manager'`, 'COLUMN_DIFFERS'],
    ['another time in the column', `update entries set at = '2024-03-05T00:00:00.000Z'`, 'COLUMN_DIFFERS'],
    ['another epoch', 'update entries set epoch = 2', 'COLUMN_DIFFERS'],
    ['a due date in the column', `update entries set due = '2024-03-05T00:00:00.000Z'`, 'COLUMN_DIFFERS'],
    ['no row any more', 'delete from entries', 'SEQ_NOT_GAPLESS'],
  ])('with %s is named', (_, sql, code) => {
    expect(firstBad(`${sql} where ${second} and seq = 5`)).toMatchObject({ ...at, code });
  });

  it('with text, hash and column rewritten together breaks the link of the next one', () => {
    const found = firstBad((sqlite) => rewrite(sqlite, 5, (leaf) => ({ ...leaf, actorId: 'manager' })));
    // Its own leaf in the log is the older witness.
    expect(found).toMatchObject({ ...at, code: 'LOG_LEAF_DIFFERS' });
    const withLog = firstBad((sqlite) => {
      const hash = rewrite(sqlite, 5, (leaf) => ({ ...leaf, actorId: 'manager' }));
      sqlite.exec(`update log_leaves set hash = '${hash}' where ${second} and number = 5`);
    });
    expect(withLog).toMatchObject({ ...at, seq: 6, code: 'PREVIOUS_HASH_DIFFERS' });
  });

  it('whose text only means the same is no entry', () => {
    const found = firstBad((sqlite) => {
      const { leaf } = row(sqlite, 5);
      const spaced = leaf.replace('{', '{ ');
      sqlite
        .prepare(`update entries set leaf = ?, hash = ? where ${second} and seq = 5`)
        .run(spaced, leafHash(spaced));
    });
    expect(found).toMatchObject({ ...at, code: 'LEAF_NOT_CANONICAL' });
  });

  it('that was the last one is missed by the head of its case', () => {
    const last = row(
      altered(() => undefined),
      99,
    ).seq;
    expect(firstBad(`delete from entries where ${second} and seq = ${last}`)).toMatchObject({
      ...at,
      seq: last - 1,
      code: 'HEAD_DIFFERS',
    });
  });
});

describe('a case', () => {
  const number = numbers[1];
  it.each([
    ['no row', `delete from cases where ${second}`, 'CASE_MISSING'],
    ['an older head', `update cases set last_seq = 4 where ${second}`, 'HEAD_DIFFERS'],
    ['another head hash', `update cases set head_hash = hex(zeroblob(32)) where ${second}`, 'HEAD_DIFFERS'],
    ['another status', `update cases set status = 'open' where ${second}`, 'CASE_DIFFERS'],
    ['other states', `update cases set states = '["declined"]' where ${second}`, 'CASE_DIFFERS'],
    [
      'another sum of money in what is shown',
      `update cases set state = json_set(state, '$.data.remedy.amount.amount', 1) where ${second}`,
      'CASE_DIFFERS',
    ],
    [
      'a ledger line less',
      `update cases set state = json_remove(state, '$.ledger[0]') where ${second}`,
      'CASE_DIFFERS',
    ],
    [
      'a breach that never was',
      `update cases set state = json_set(state, '$.deadlines.decision.status', 'met') where ${second}`,
      'CASE_DIFFERS',
    ],
  ])('with %s is named', (_, sql, code) => {
    const found = firstBad(sql);
    expect(found).toMatchObject({ tenant: 'demo', code });
    expect(found?.number).toBe(code === 'CASE_MISSING' ? undefined : number);
  });
});

describe('the log and the records', () => {
  it.each([
    [
      'a leaf missing in the middle',
      `delete from log_leaves where ${second} and number = 7`,
      'LOG_LEAF_MISSING',
    ],
    [
      'a hole in its indexes',
      `update log_leaves set "index" = 9999 where kind = 'record' and number = 3`,
      'LOG_NOT_DENSE',
    ],
    ['two leaves exchanged', exchange(3, 4), 'LOG_LEAF_DIFFERS'],
    [
      'a leaf of no case',
      `insert into log_leaves select tenant, (select count(*) from log_leaves), kind, 'nobody', 1, hash from log_leaves limit 1`,
      'LOG_LEAF_WITHOUT_SOURCE',
    ],
    [
      'a record altered',
      `update records set leaf = replace(leaf, 'auditor', 'nobody') where n = 2`,
      'HASH_DIFFERS',
    ],
    ['a record gone', 'delete from records where n = 2', 'SEQ_NOT_GAPLESS'],
    ['the last record gone', 'delete from records where n = 3', 'LOG_LEAF_WITHOUT_SOURCE'],
    ['another column of a record', `update records set actor_id = 'nobody' where n = 2`, 'COLUMN_DIFFERS'],
  ])('%s is found', (_, sql, code) => {
    expect(firstBad(sql)).toMatchObject({ tenant: 'demo', code });
  });
});

it('agrees with the verifier of single cases on every one-bit change of a text', () => {
  const sqlite = new Database(file, { readonly: true });
  const entries = sqlite
    .prepare<[], { seq: number; type: string; leaf: string; hash: string }>(
      `select seq, type, leaf, hash from entries where ${second} order by seq`,
    )
    .all();
  sqlite.close();
  expect(verifyChain(entries)).toEqual({ ok: true });
  for (const seq of [1, 4, entries.length]) {
    const changed = entries.map((entry) =>
      entry.seq === seq ? { ...entry, leaf: flipped(entry.leaf, 40) } : entry,
    );
    expect(verifyChain(changed)).toMatchObject({ ok: false, badSeq: seq });
    const found = firstBad((copy) => {
      copy
        .prepare(`update entries set leaf = ? where ${second} and seq = ?`)
        .run(changed[seq - 1]?.leaf, seq);
    });
    expect(found).toMatchObject({ seq, code: 'HASH_DIFFERS' });
  }
});

it('a recovered case stands in a new epoch, and its trail is whole', () => {
  const compiled = compiledDefinition('complaint', 'us');
  const plan = planComplaint(complaintFile('1004'));
  const { state, entries } = runPlan(compiled, { ...plan, steps: plan.steps.slice(0, 3) });
  const facts = { actor: { id: 'admin', roles: ['admin'] } };
  const recovered = recover(compiled, state, { id: 'again', facts }, '2026-11-22T00:00:00.000Z');
  expect('refused' in recovered).toBe(false);
  if (!('refused' in recovered)) {
    expect(recovered.state.epoch).toBe(2);
    const trail = [...entries, ...recovered.entries];
    expect(verifyChain(trail)).toEqual({ ok: true });
    const earlier = trail.map((entry) =>
      entry.type === 'case.recovered' ? { ...entry, type: 'acknowledge' } : entry,
    );
    expect(verifyChain(earlier)).toMatchObject({ ok: false, reason: 'LABEL_DIFFERS' });
  }
});

describe('the command', () => {
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['cli/bin.mjs', 'verify', ...args], {
      encoding: 'utf8',
      env: { ...process.env, CASELOOM_HOME: folder },
    });
    return { status, stdout, stderr };
  };

  it('ends with 0, 1 or 2, and prints one object with --json', () => {
    const good = run('--json');
    expect(good.status).toBe(0);
    expect(JSON.parse(good.stdout)).toMatchObject({ ok: true, cases: 3, firstBad: null });
    const copy = altered((sqlite) =>
      sqlite.exec(`update entries set type = 'x' where ${second} and seq = 5`),
    );
    const bad = run('--db', copy);
    expect(bad.status).toBe(1);
    expect(bad.stdout).toContain(`case ${numbers[1]}, entry 5`);
    expect(run('--case', 'nobody')).toMatchObject({ status: 2, stdout: '' });
    expect(run('--db', join(folder, 'none.db')).status).toBe(2);
    expect(run('--frobnicate').status).toBe(2);
  });
});

const row = (from: string | Database.Database, seq: number): { seq: number; leaf: string } => {
  const sqlite = typeof from === 'string' ? new Database(from) : from;
  const found = sqlite
    .prepare<[number], { seq: number; leaf: string }>(
      `select seq, leaf from entries where ${second} and seq <= ? order by seq desc limit 1`,
    )
    .get(seq);
  if (typeof from === 'string') {
    sqlite.close();
  }
  return found ?? { seq: 0, leaf: '' };
};

/** Rewrites an entry so that it agrees with itself; its new hash. */
const rewrite = (
  sqlite: Database.Database,
  seq: number,
  change: (leaf: { [key: string]: unknown }) => { [key: string]: unknown },
): string => {
  const text = canonicalJson(change(JSON.parse(row(sqlite, seq).leaf)));
  const hash = leafHash(text);
  sqlite
    .prepare(`update entries set leaf = ?, hash = ?, actor_id = ? where ${second} and seq = ?`)
    .run(text, hash, JSON.parse(text).actorId, seq);
  return hash;
};

/** Puts the log's leaf of one entry of the second case where another's is, and the other way round. */
function exchange(one: number, other: number): string {
  const of = (number: number) => `(select "index" from log_leaves where ${second} and number = ${number})`;
  return `
    create temp table places as select ${of(one)} as one, ${of(other)} as other;
    update log_leaves set "index" = -1 where ${second} and number = ${one};
    update log_leaves set "index" = (select one from places) where ${second} and number = ${other};
    update log_leaves set "index" = (select other from places) where "index" = -1;`;
}

const flipped = (text: string, index: number): string =>
  text.slice(0, index) + String.fromCharCode(text.charCodeAt(index) ^ 1) + text.slice(index + 1);
