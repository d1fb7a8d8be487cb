import type Database from 'better-sqlite3';
import { asUnavailable, isBusy, StoreUnavailable } from './failure.ts';
import { pauseBeforeRetry } from './retry.ts';

interface Job {
  work: () => unknown;
  untilMs: number;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

type Outcome = { value: unknown } | { error: unknown };

export interface Writer {
  /** Runs `work` in a transaction; it may run more than once, so it must touch nothing but the database. */
  write: <T>(work: () => T, options: { untilMs: number }) => Promise<T>;
  /** Refuses what comes later and waits for what is under way. */
  close: () => Promise<void>;
}

/** Writes that may share one transaction, and so one sync to disk. */
const groupMax = 64;
/** Writes that may wait for a locked database. */
const waitingMax = 10_000;

/**
 * One queue for all writes of a connection. Writes that wait at the same time share a transaction, each in its
 * own savepoint: one that throws is undone alone. A locked database is tried again without blocking the event
 * loop, and a write whose time has run out is rejected with StoreUnavailable.
 */
export const createWriter = (sqlite: Database.Database): Writer => {
  const begin = sqlite.prepare('BEGIN IMMEDIATE');
  const commit = sqlite.prepare('COMMIT');
  const rollback = sqlite.prepare('ROLLBACK');
  const mark = sqlite.prepare('SAVEPOINT job');
  const undo = sqlite.prepare('ROLLBACK TO job');
  const release = sqlite.prepare('RELEASE job');

  const runOne = (job: Job): Outcome => {
    mark.run();
    try {
      const value = job.work();
      release.run();
      return { value };
    } catch (error) {
      // A failing store concerns the whole group; SQLite may have ended the transaction already.
      if (asUnavailable(error) || !sqlite.inTransaction) throw error;
      undo.run();
      release.run();
      return { error };
    }
  };

  const runGroup = (group: Job[]): Outcome[] => {
    begin.run();
    try {
      const outcomes = group.map(runOne);
      commit.run();
      return outcomes;
    } catch (error) {
      if (sqlite.inTransaction) rollback.run();
      throw error;
    }
  };

  let waiting: Job[] = [];
  let running: Promise<void> | undefined;
  let closed = false;

  const dropExpired = (error: unknown) => {
    const now = Date.now();
    const expired = waiting.filter((job) => job.untilMs <= now);
    waiting = waiting.filter((job) => job.untilMs > now);
    for (const job of expired) job.reject(asUnavailable(error));
  };

  const flush = async () => {
    // Lets the writes of the same turn of the event loop join.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const group = waiting.slice(0, groupMax);
      try {
        const outcomes = runGroup(group);
        waiting = waiting.slice(group.length);
        for (const [i, outcome] of outcomes.entries()) {
          if ('error' in outcome) group[i]?.reject(outcome.error);
          else group[i]?.resolve(outcome.value);
        }
      } catch (error) {
        if (isBusy(error)) {
          dropExpired(error);
          if (waiting.length > 0) await pauseBeforeRetry();
        } else {
          waiting = waiting.slice(group.length);
          for (const job of group) job.reject(asUnavailable(error) ?? error);
        }
      }
      // Other work of the process comes between two commits.
      if (waiting.length > 0) await new Promise((resolve) => setImmediate(resolve));
    }
    running = undefined;
  };

  return {
    write: <T>(work: () => T, options: { untilMs: number }) =>
      new Promise<T>((resolve, reject) => {
        if (closed) return reject(new StoreUnavailable('closed'));
        if (waiting.length >= waitingMax) return reject(new StoreUnavailable('busy'));
        waiting.push({
          work,
          untilMs: options.untilMs,
          resolve: resolve as (value: unknown) => void,
          reject,
        });
        running ??= flush();
      }),
    close: async () => {
      closed = true;
      await running;
    },
  };
};
