import { parentPort, workerData } from 'node:worker_threads';
import { type Share, verifyShare, withReads } from './verify-database.ts';

/** What a thread of `verifyOnThreads` is given, and what it says. */
export type ThreadWork = { readonly file: string; readonly share: Share };
export type ThreadReport = { readonly done: number } | { readonly result: ReturnType<typeof verifyShare> };

const { file, share } = workerData as ThreadWork;
const say = (report: ThreadReport): void => parentPort?.postMessage(report);
say({ result: withReads(file, (reads) => verifyShare(reads, share, (done) => say({ done }))) });
