import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { integrate, waitingTenants } from '../../db/log/integrate.ts';
import { leaseMs } from '../../db/log/lease.ts';
import { startIntegrator } from '../../db/log/start-integrator.ts';
import { openStore } from '../../db/open.ts';
import { appendRecord } from '../../db/own/append-record.ts';
import { logSize, oldestPendingMs, readLog } from '../../db/read/read-log.ts';
import { integratorLeases } from '../../db/schema/index.ts';
import { project } from '../../db/write/project.ts';
import { syntheticCase, syntheticStep } from '../support/synthetic-case.ts';
import { type TemporaryStore, temporaryStore } from '../support/temporary-store.ts';

const tenant = 'acme';
let opened: TemporaryStore;
beforeEach(async () => {
  opened = await temporaryStore();
});
afterEach(() => opened.remove());

const record = (of = tenant) =>
  appendRecord(opened.store, of, {
    actorId: 'auditor',
    type: 'case.read',
    subject: { kind: 'case', id: 'case-1' },
    detail: {},
  });

test('leaves get dense indexes in the order of their arrival, for each tenant its own', async () => {
  const first = await record();
  await project(opened.store, syntheticStep(syntheticCase()));
  await record('other');
  const third = await record();
  expect((await waitingTenants(opened.store)).toSorted()).toEqual(['acme', 'other']);
  expect(await integrate(opened.store, { tenant, holder: 'a' })).toBe(3);
  expect(await integrate(opened.store, { tenant, holder: 'a' })).toBe(0);
  const log = await readLog(opened.store, { tenant, afterIndex: -1 });
  expect(log.map(({ index, kind, caseId, number }) => [index, kind, caseId, number])).toEqual([
    [0, 'record', '', 1],
    [1, 'entry', 'case-1', 1],
    [2, 'record', '', 2],
  ]);
  expect([log[0]?.hash, log[2]?.hash]).toEqual([first.hash, third.hash]);
  expect(await waitingTenants(opened.store)).toEqual(['other']);
  await record();
  await integrate(opened.store, { tenant, holder: 'a' });
  expect(await readLog(opened.store, { tenant, afterIndex: 2 })).toMatchObject([{ index: 3, number: 3 }]);
});

test('a lease keeps others out, passes on when it runs out, and the fence rises', async () => {
  const fence = () => opened.store.db.select().from(integratorLeases).get()?.fence;
  await record();
  expect(await integrate(opened.store, { tenant, holder: 'a', nowMs: 0 })).toBe(1);
  await record();
  expect(await integrate(opened.store, { tenant, holder: 'b', nowMs: leaseMs - 1 })).toBe(0);
  expect(fence()).toBe(1);
  expect(await integrate(opened.store, { tenant, holder: 'b', nowMs: leaseMs })).toBe(1);
  expect(fence()).toBe(2);
  // The first holder comes back and finds that it is none any more.
  await record();
  expect(await integrate(opened.store, { tenant, holder: 'a', nowMs: leaseMs + 1 })).toBe(0);
  expect(await logSize(opened.store, tenant)).toBe(2);
});

test('a running integrator places a leaf within 200 ms, and hands its lease on when it stops', async () => {
  const stop = startIntegrator(opened.store, { holder: 'a' });
  const waitsMs: number[] = [];
  for (let n = 1; n <= 10; n += 1) {
    await record();
    const startMs = performance.now();
    await vi.waitFor(async () => expect(await logSize(opened.store, tenant)).toBe(n), { interval: 5 });
    waitsMs.push(performance.now() - startMs);
  }
  waitsMs.sort((a, b) => a - b);
  expect(waitsMs[5]).toBeLessThan(200);
  expect(await oldestPendingMs(opened.store)).toBe(0);
  await stop();
  await record();
  expect(await oldestPendingMs(opened.store, Date.now() + 1_000)).toBeGreaterThanOrEqual(1_000);
  const stopNext = startIntegrator(opened.store, { holder: 'b' });
  await vi.waitFor(async () => expect(await logSize(opened.store, tenant)).toBe(11), { timeout: 2_000 });
  await stopNext();
});

test('two integrators in other processes, one killed in the middle, neither skip nor double a leaf', async () => {
  const script = fileURLToPath(new URL('../support/integrator-process.ts', import.meta.url));
  const start = async (holder: string): Promise<ChildProcess> => {
    const child = spawn(process.execPath, [script, opened.store.file, holder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (child.stdout) await once(child.stdout, 'data');
    return child;
  };
  const [first, second] = await Promise.all([start('a'), start('b')]);
  const writer = await openStore({ file: opened.store.file, synchronous: 'NORMAL' });
  try {
    let state = syntheticCase();
    for (let n = 0; n < 150; n += 1) {
      const step = syntheticStep(state);
      await Promise.all([project(writer, step), record(), record('other')]);
      state = step.state;
      if (n === 75) first.kill('SIGKILL');
    }
    await vi.waitFor(async () => expect(await waitingTenants(writer)).toEqual([]), { timeout: 15_000 });
  } finally {
    first.kill('SIGKILL');
    second.kill('SIGKILL');
    await writer.close();
  }
  for (const [of, size] of [
    [tenant, 300],
    ['other', 150],
  ] as const) {
    const log = await readLog(opened.store, { tenant: of, afterIndex: -1 });
    expect(log.map(({ index }) => index)).toEqual(Array.from({ length: size }, (_, i) => i));
    expect(new Set(log.map(({ kind, number }) => `${kind}/${number}`)).size).toBe(size);
  }
});
