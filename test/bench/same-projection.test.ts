import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { SmallCommand } from '../../bench/hand-written/messages.ts';
import { openSameProjection } from '../../bench/hand-written/same-projection.ts';
import { caseAfter, openedCase } from '../../bench/hand-written/small-case.ts';
import { runLifecycle } from '../../bench/kernel-rate.ts';
import { benchTenant, lifecycleEvents } from '../../bench/lifecycle.ts';
import { openStore } from '../../db/open.ts';
import { project } from '../../db/write/project.ts';
import { type TemporaryStore, temporaryStore } from '../support/temporary-store.ts';

// Guarantee: what the gate of the benchmark compares leaves the same rows on both sides.

const caseId = 'case-1';
const ends: TemporaryStore[] = [];

afterEach(async () => {
  await Promise.all(ends.splice(0).map((each) => each.remove()));
});

const newStore = async (): Promise<TemporaryStore> => {
  const made = await temporaryStore();
  ends.push(made);
  return made;
};

/** Rows of each table that has any, and what they say beside times, hashes and what the two sides name otherwise. */
const rowsOf = async (file: string) => {
  const { sqlite, close } = await openStore({ file });
  const read = (query: string): unknown[] => sqlite.prepare(query).all();
  const tables = sqlite
    .prepare<[], { name: string }>("select name from sqlite_master where type = 'table' order by name")
    .all()
    .filter(({ name }) => !/^sqlite_|^__|_(data|idx|content|docsize|config)$/.test(name));
  const counts = tables.map(({ name }) => [name, read(`select 1 from "${name}"`).length] as const);
  const rows = {
    counts: Object.fromEntries(counts.filter(([, count]) => count > 0)),
    cases: read(
      'select case_id, number, kind, definition_hash, status, states, last_seq, rev, breached from cases',
    ),
    tasks: read('select state, status, role, group_key, completed_by, outcome from tasks order by state'),
    deadlines: read('select name, status from deadlines'),
    facets: read('select facet from case_facets order by facet'),
    entries: read('select seq, epoch, actor_id from entries order by seq'),
    pending: read('select n, kind, number from log_pending order by n'),
    terms: read('select terms from case_search'),
  };
  await close();
  return rows;
};

test('a lifecycle by hand is stored as one of ours', async () => {
  const ours = await newStore();
  for (const { state, entries, effects } of runLifecycle(caseId, benchTenant)) {
    await project(ours.store, { tenant: benchTenant, caseId, state, entries, effects });
  }

  const theirs = await newStore();
  const file = join(theirs.folder, 'hand-written.db');
  const store = await openSameProjection(file, 'NORMAL');
  const actorId = 'handler';
  let small = openedCase({ caseId, summary: 'benchmark', showsState: false }, Date.now());
  const entry = { seq: 1, atMs: Date.now(), actorId, event: 'open', before: null, data: {} };
  small = { ...small, headHash: await store.project({ case: small, entry }) };
  for (const { event, data } of lifecycleEvents) {
    const command = { event, actorId, ...(data === undefined ? {} : { data }) } as SmallCommand;
    const before = small.state;
    small = caseAfter(small, command, Date.now());
    const change = { case: small, entry: { ...entry, seq: small.seq, event, before } };
    small = { ...small, headHash: await store.project(change) };
  }
  await store.close();

  const written = await rowsOf(file);
  expect(written).toEqual(await rowsOf(join(ours.folder, 'caseloom.db')));
  expect(written.counts).toMatchObject({ cases: 1, entries: 7, tasks: 6, deadlines: 1 });
});
