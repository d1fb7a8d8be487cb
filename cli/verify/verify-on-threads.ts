import { Worker } from 'node:worker_threads';
import {
  type Share,
  shareOf,
  type Verification,
  type VerifyOptions,
  verifyDatabase,
  withReads,
} from './verify-database.ts';
import type { ThreadReport, ThreadWork } from './verify-thread.ts';

/** With fewer entries and records a second thread takes longer to start than it saves. */
const worthThreads = 20_000;
const threads = 2;

/**
 * Verifies a database like `verifyDatabase`, a large one on two threads. Each thread reads a snapshot of its own: a
 * case lies in one of them as a whole.
 *
 * @param fromEntries how large is large
 * @throws where the file is no database of this release
 */
export const verifyOnThreads = async (
  file: string,
  options: VerifyOptions = {},
  fromEntries = worthThreads,
): Promise<Verification> => {
  const startedAtMs = performance.now();
  const { total, share } = withReads(file, (reads) => ({
    total: reads.count.get()?.n ?? 0,
    share: shareOf(reads, options),
  }));
  if (total < fromEntries || share.cases.length < threads) {
    return verifyDatabase(file, options);
  }
  const done: number[] = [];
  const parts = await Promise.all(
    split(share).map((part, index) =>
      onThread({ file, share: part }, (read) => {
        done[index] = read;
        options.onProgress?.(
          done.reduce((sum, n) => sum + (n ?? 0), 0),
          total,
        );
      }),
    ),
  );
  const sum = (of: (part: Omit<Verification, 'durationMs'>) => number): number =>
    parts.reduce((total, part) => total + of(part), 0);
  return {
    ok: parts.every(({ ok }) => ok),
    cases: sum(({ cases }) => cases),
    entries: sum(({ entries }) => entries),
    records: sum(({ records }) => records),
    logLeaves: sum(({ logLeaves }) => logLeaves),
    waitingLeaves: sum(({ waitingLeaves }) => waitingLeaves),
    badCases: sum(({ badCases }) => badCases),
    firstBad: parts.find(({ firstBad }) => firstBad !== null)?.firstBad ?? null,
    durationMs: Math.round(performance.now() - startedAtMs),
  };
};

/** In the order of the cases; records and logs come last. */
const split = ({ cases, tenants }: Share): Share[] => {
  const half = Math.ceil(cases.length / threads);
  return Array.from({ length: threads }, (_, index) => ({
    cases: cases.slice(index * half, (index + 1) * half),
    tenants: index === threads - 1 ? tenants : [],
  }));
};

const onThread = (
  work: ThreadWork,
  onRead: (done: number) => void,
): Promise<Omit<Verification, 'durationMs'>> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./verify-thread.ts', import.meta.url), { workerData: work });
    worker.on('message', (report: ThreadReport) => {
      if ('result' in report) {
        resolve(report.result);
      } else {
        onRead(report.done);
      }
    });
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('A thread of the verification ended early.')));
  });
