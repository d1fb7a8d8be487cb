import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { verifyDatabase } from '../cli/verify/verify-database.ts';
import type { Bed } from './bed.ts';
import { quantileOf } from './figure.ts';
import { caller, openOverHttp, sendOverHttp } from './http-requests.ts';
import { lifecycleEvents } from './lifecycle.ts';

export interface SoakOptions {
  minutes: number;
  /** Cases begun per second, each of seven commands. */
  casesPerS: number;
}

export interface Soaked {
  minutes: number;
  cases: number;
  commands: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** Resident memory of the worker: after the first fifth of the time, at the end, and at its highest. */
  workerMib: { early: number; last: number; max: number };
  verified: { ok: boolean; cases: number; entries: number };
}

/** Every so many cases one rests half-way and goes on when this many others rest: by then the worker has forgotten it. */
const restsEvery = 4;
const restingMax = 250;
const restsAfter = 3;
/** Runs that the worker keeps in memory: fewer than rest. */
const rememberedMax = 100;

/**
 * The product with its tuned worker under a steady load for a long time. Every command must be accepted, and every
 * trail must verify at the end.
 * @throws Error at the first command that is not
 */
export const soak = async (bed: Bed, { minutes, casesPerS }: SoakOptions): Promise<Soaked> => {
  const { address } = await bed.server('FULL');
  const home = bed.folder();
  const product = await bed.product({
    home,
    temporalAddress: address,
    tuned: true,
    maxCachedWorkflows: rememberedMax,
  });
  const call = caller(product);
  const tookMs: number[] = [];
  const timed = async <T>(work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const made = await work();
    tookMs.push(performance.now() - start);
    return made;
  };

  let cases = 0;
  const resting: string[] = [];
  const finish = async (caseId: string): Promise<void> => {
    for (let index = restsAfter; index < lifecycleEvents.length; index += 1) {
      await timed(() => sendOverHttp(call, caseId, index));
    }
  };
  const runCase = async (): Promise<void> => {
    cases += 1;
    const rests = cases % restsEvery === 0;
    const caseId = await timed(() => openOverHttp(call));
    for (let index = 0; index < restsAfter; index += 1) {
      await timed(() => sendOverHttp(call, caseId, index));
    }
    if (!rests) {
      await finish(caseId);
      return;
    }
    resting.push(caseId);
    const rested = resting.length > restingMax ? resting.shift() : undefined;
    if (rested !== undefined) {
      await finish(rested);
    }
  };

  const mib: number[] = [];
  const running = new Set<Promise<void>>();
  let failure: unknown;
  const startMs = performance.now();
  const endMs = startMs + minutes * 60_000;
  const step = bed.progress(`Soak of ${minutes} min`, minutes);
  for (let turn = 0; performance.now() < endMs; turn += 1) {
    if (failure) {
      throw failure;
    }
    const work = runCase().catch((error: unknown) => {
      failure ??= error;
    });
    running.add(work);
    void work.then(() => running.delete(work));
    if (Math.floor((turn * 1_000) / casesPerS / 60_000) >= mib.length) {
      mib.push(residentMib(product.workerPid()));
      if (mib.length > 1) {
        step();
      }
    }
    await sleep(Math.max(0, startMs + ((turn + 1) * 1_000) / casesPerS - performance.now()));
  }
  await Promise.all(running);
  for (const caseId of resting) {
    await finish(caseId);
  }
  if (failure) {
    throw failure;
  }
  mib.push(residentMib(product.workerPid()));
  step();
  await product.stop();
  const { ok, cases: verifiedCases, entries } = verifyDatabase(join(home, 'caseloom.db'));
  return {
    minutes,
    cases,
    commands: tookMs.length,
    p50Ms: quantileOf(tookMs, 0.5),
    p99Ms: quantileOf(tookMs, 0.99),
    maxMs: Math.max(...tookMs),
    workerMib: {
      early: mib[Math.floor(mib.length / 5)] ?? Number.NaN,
      last: mib.at(-1) ?? Number.NaN,
      max: Math.max(...mib),
    },
    verified: { ok, cases: verifiedCases, entries },
  };
};

const residentMib = (pid: number): number =>
  Math.round(Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024);
