import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createProject } from '../../activities/project.ts';
import { openStore } from '../../db/open.ts';
import { beginRequest } from '../../db/own/idempotency.ts';
import { getCase } from '../../db/read/get-case.ts';
import { entries, logPending } from '../../db/schema/index.ts';
import { project } from '../../db/write/project.ts';
import { syntheticCase, syntheticStep } from '../support/synthetic-case.ts';
import { type TemporaryStore, temporaryStore } from '../support/temporary-store.ts';

const tenant = 'acme';
let opened: TemporaryStore;
beforeEach(async () => {
  opened = await temporaryStore();
});
afterEach(() => opened.remove());

/** Holds the database's write lock in another process, from the answer on until `ended`. */
const lockFor = async (forMs: number): Promise<{ ended: Promise<unknown> }> => {
  const script = fileURLToPath(new URL('../support/lock-process.ts', import.meta.url));
  const child = spawn(process.execPath, [script, opened.store.file, String(forMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  return { ended };
};

describe('a database that another process has locked', () => {
  test('holds up writes, not the event loop, not reads; the writes go through once it is free', async () => {
    await project(opened.store, syntheticStep(syntheticCase()));
    const { ended } = await lockFor(1_000);
    const gapsMs: number[] = [];
    let lastMs = performance.now();
    const ticking = setInterval(() => {
      const nowMs = performance.now();
      gapsMs.push(nowMs - lastMs);
      lastMs = nowMs;
    }, 5);
    const startMs = performance.now();
    const writes = Array.from({ length: 20 }, (_, n) =>
      project(opened.store, syntheticStep(syntheticCase({ caseId: `case-${n + 2}` }))),
    );
    expect(await getCase(opened.store, { tenant, caseId: 'case-1' })).toBeDefined();
    const readMs = performance.now() - startMs;
    await Promise.all(writes);
    const writeMs = performance.now() - startMs;
    clearInterval(ticking);
    await ended;
    expect(readMs).toBeLessThan(500);
    expect(writeMs).toBeGreaterThan(500);
    expect(gapsMs.length).toBeGreaterThan(5);
    expect(Math.max(...gapsMs)).toBeLessThan(500);
  });

  test('refuses a write whose time has run out, which then is not written later', async () => {
    const { ended } = await lockFor(800);
    const request = { tenant, hash: 'h', fingerprint: 'f' };
    const startMs = performance.now();
    await expect(beginRequest(opened.store, request, { untilMs: Date.now() + 200 })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      reason: 'busy',
    });
    expect(performance.now() - startMs).toBeLessThan(700);
    await ended;
    expect(await beginRequest(opened.store, request)).toEqual({ state: 'new', resumed: false });
  });
});

test('a full database refuses the write, holds nothing of it, and takes it once there is room', async () => {
  const first = syntheticStep(syntheticCase());
  await project(opened.store, first);
  const { sqlite, db } = opened.store;
  const pages = Number(sqlite.pragma('page_count', { simple: true }));
  sqlite.pragma(`max_page_count = ${pages}`);
  const second = syntheticStep(
    first.state,
    { data: { text: 'x'.repeat(200_000) } },
    { data: 'y'.repeat(50_000) },
  );
  const other = syntheticStep(syntheticCase({ caseId: 'case-2' }));
  const results = await Promise.allSettled([project(opened.store, other), project(opened.store, second)]);
  // They shared a transaction, so both are refused: neither was answered, neither is there.
  for (const result of results) {
    expect(result).toMatchObject({
      status: 'rejected',
      reason: { code: 'STORE_UNAVAILABLE', reason: 'full' },
    });
  }
  expect(db.select().from(entries).all()).toHaveLength(1);
  expect(db.select().from(logPending).all()).toHaveLength(1);
  expect(await getCase(opened.store, { tenant, caseId: 'case-1' })).toMatchObject({ lastSeq: 1 });

  sqlite.pragma('max_page_count = 1073741823');
  expect(await project(opened.store, second)).toMatchObject({ seq: 2 });
  expect(await project(opened.store, other)).toMatchObject({ seq: 1 });
});

test('a closed store refuses', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'caseloom-closed-'));
  const store = await openStore({ file: join(folder, 'caseloom.db') });
  await store.close();
  await expect(project(store, syntheticStep(syntheticCase()))).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    reason: 'closed',
  });
  rmSync(folder, { recursive: true });
});

describe('the schema', () => {
  test('of a later release is refused with what to do; this release reopens its own', async () => {
    const { file } = opened.store;
    const own = opened.store.sqlite.pragma('user_version', { simple: true });
    opened.store.sqlite.pragma('user_version = 999');
    await expect(openStore({ file })).rejects.toMatchObject({
      code: 'SCHEMA_TOO_NEW',
      message: expect.stringMatching(/has schema 999.*Start the release that wrote it/s),
    });
    opened.store.sqlite.pragma(`user_version = ${own}`);
    const again = await openStore({ file });
    await again.close();
  });

  test('is made once by two processes that start at once', async () => {
    const file = join(opened.folder, 'second.db');
    const stores = await Promise.all([openStore({ file }), openStore({ file })]);
    await Promise.all(stores.map((store) => project(store, syntheticStep(syntheticCase()))));
    await Promise.all(stores.map((store) => store.close()));
  });
});

describe('the activity', () => {
  test('answers the stored head, and fails for good where the trail diverges', async () => {
    const run = createProject(opened.store);
    const step = syntheticStep(syntheticCase());
    expect(await run(step)).toEqual({ seq: 1, headHash: step.state.headHash });
    const other = syntheticStep(syntheticCase(), {}, { actorId: 'somebody-else' });
    await expect(run(other)).rejects.toMatchObject({
      type: 'TRAIL_DIVERGED',
      nonRetryable: true,
    });
  });

  test('lets a locked database be tried again', async () => {
    const { ended } = await lockFor(2_500);
    const run = createProject(opened.store);
    const startMs = performance.now();
    const failed = run(syntheticStep(syntheticCase()));
    await expect(failed).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(performance.now() - startMs).toBeLessThan(2_000);
    await ended;
  });
});
