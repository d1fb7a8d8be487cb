import Database from 'better-sqlite3';
import type { Finding } from './finding.ts';
import { type CaseKey, prepareReads, type Reads } from './tables.ts';
import { verifyCase } from './verify-case.ts';
import { verifyLog } from './verify-log.ts';
import { verifyRecords } from './verify-records.ts';

export type Verification = {
  readonly ok: boolean;
  readonly cases: number;
  readonly entries: number;
  readonly records: number;
  /** Leaves that have their place in a log. */
  readonly logLeaves: number;
  /** Leaves that still wait for one. */
  readonly waitingLeaves: number;
  /** Cases with something wrong; each is read up to its first bad entry. */
  readonly badCases: number;
  readonly firstBad: Finding | null;
  readonly durationMs: number;
};

export type VerifyOptions = {
  /** One tenant only. */
  readonly tenant?: string;
  /** One case only, by its id or its number; records and the log's extent are then left out. */
  readonly case?: string;
  /** Called now and then with how many entries and records have been read, and how many there are. */
  readonly onProgress?: (done: number, total: number) => void;
};

/** A part of the work: these cases, and all else that these tenants have. */
export type Share = { readonly cases: readonly CaseKey[]; readonly tenants: readonly string[] };

const progressEvery = 2_000;

/**
 * Verifies all that a database file proves, from one snapshot, without writing to it; servers may go on meanwhile.
 * @throws where the file is no database of this release
 */
export const verifyDatabase = (file: string, options: VerifyOptions = {}): Verification => {
  const startedAtMs = performance.now();
  return withReads(file, (reads) => {
    const total = reads.count.get()?.n ?? 0;
    const found = verifyShare(reads, shareOf(reads, options), (done) => options.onProgress?.(done, total));
    return { ...found, durationMs: Math.round(performance.now() - startedAtMs) };
  });
};

/** Reads a database file in one snapshot. */
export const withReads = <T>(file: string, work: (reads: Reads) => T): T => {
  const sqlite = new Database(file, { readonly: true, fileMustExist: true });
  try {
    sqlite.exec('begin');
    return work(prepareReads(sqlite));
  } finally {
    sqlite.close();
  }
};

/** All that is to be verified. */
export const shareOf = (reads: Reads, { tenant: only, case: name }: VerifyOptions): Share => {
  const isWanted = ({ tenant }: { tenant: string }): boolean => only === undefined || tenant === only;
  if (name !== undefined) {
    return { cases: reads.findCase.all(name, name).filter(isWanted), tenants: [] };
  }
  const tenants = reads.tenants
    .all()
    .filter(isWanted)
    .map(({ tenant }) => tenant);
  const cases = tenants.flatMap((tenant) =>
    reads.caseIds.all(tenant, tenant).map(({ caseId }) => ({ tenant, caseId })),
  );
  return { cases, tenants };
};

/** @param onProgress called now and then with how many entries and records have been read */
export const verifyShare = (
  reads: Reads,
  { cases, tenants }: Share,
  onProgress: (done: number) => void,
): Omit<Verification, 'durationMs'> => {
  const sum = { cases: 0, entries: 0, records: 0, logLeaves: 0, waitingLeaves: 0, badCases: 0 };
  let firstBad: Finding | undefined;
  let done = 0;
  const counted = (): void => {
    done += 1;
    if (done % progressEvery === 0) {
      onProgress(done);
    }
  };
  for (const key of cases) {
    const { entries, finding } = verifyCase(reads, key, counted);
    sum.cases += 1;
    sum.entries += entries;
    sum.badCases += finding === undefined ? 0 : 1;
    firstBad ??= finding;
  }
  for (const tenant of tenants) {
    const { records, finding } = verifyRecords(reads, tenant, counted);
    const log = verifyLog(reads, tenant);
    sum.records += records;
    sum.logLeaves += log.logLeaves;
    sum.waitingLeaves += log.waitingLeaves;
    firstBad ??= finding ?? log.finding;
  }
  return { ok: firstBad === undefined, ...sum, firstBad: firstBad ?? null };
};
