import Database from 'better-sqlite3';
import type { Finding } from './finding.ts';
import { type CaseKey, prepareReads, type Reads } from './tables.ts';
import { verifyCase } from './verify-case.ts';
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

const progressEvery = 2_000;

/**
 * Verifies all that a database file proves, from one snapshot, without writing to it; servers may go on meanwhile.
 * @throws where the file is no database of this release
 */
export const verifyDatabase = (file: string, options: VerifyOptions = {}): Verification => {
  const startedAtMs = performance.now();
  const sqlite = new Database(file, { readonly: true, fileMustExist: true });
  try {
    sqlite.exec('begin');
    const verified = verifyAll(prepareReads(sqlite), options);
    return { ...verified, durationMs: Math.round(performance.now() - startedAtMs) };
  } finally {
    sqlite.close();
  }
};

const verifyAll = (reads: Reads, options: VerifyOptions): Omit<Verification, 'durationMs'> => {
  const total = reads.count.get()?.n ?? 0;
  const sum = { cases: 0, entries: 0, records: 0, logLeaves: 0, waitingLeaves: 0, badCases: 0 };
  let firstBad: Finding | undefined;
  let done = 0;
  const counted = (): void => {
    done += 1;
    if (done % progressEvery === 0) {
      options.onProgress?.(done, total);
    }
  };
  const check = (key: CaseKey): void => {
    const { entries, finding } = verifyCase(reads, key, counted);
    sum.cases += 1;
    sum.entries += entries;
    sum.badCases += finding === undefined ? 0 : 1;
    firstBad ??= finding;
  };
  if (options.case !== undefined) {
    for (const key of reads.findCase.all(options.case, options.case)) {
      if (options.tenant === undefined || key.tenant === options.tenant) {
        check(key);
      }
    }
    return { ok: firstBad === undefined, ...sum, firstBad: firstBad ?? null };
  }
  for (const { tenant } of reads.tenants.all()) {
    if (options.tenant !== undefined && tenant !== options.tenant) {
      continue;
    }
    // The list is short beside the entries; an open iterator over it would be read beside the others for ever.
    for (const { caseId } of reads.caseIds.all(tenant, tenant)) {
      check({ tenant, caseId });
    }
    const { records, finding } = verifyRecords(reads, tenant, counted);
    sum.records += records;
    firstBad ??= finding;
    const log = verifyLog(reads, tenant);
    sum.logLeaves += log.logLeaves;
    sum.waitingLeaves += log.waitingLeaves;
    firstBad ??= log.finding;
  }
  return { ok: firstBad === undefined, ...sum, firstBad: firstBad ?? null };
};

/** The log's indexes are dense from 0, and every leaf stands for something of a case or a record. */
const verifyLog = (
  reads: Reads,
  tenant: string,
): { logLeaves: number; waitingLeaves: number; finding?: Finding } => {
  const { leaves = 0, first = null, last = null } = reads.logExtent.get(tenant) ?? {};
  const waitingLeaves = reads.waiting.get(tenant)?.leaves ?? 0;
  const dense = leaves === 0 || (first === 0 && last === leaves - 1);
  if (!dense) {
    const what = `the log has ${leaves} leaves and ends with index ${last}`;
    return { logLeaves: leaves, waitingLeaves, finding: { tenant, code: 'LOG_NOT_DENSE', what } };
  }
  const stray = reads.strayLeaf.get(tenant);
  const what = stray && `the log has a leaf for case ${stray.caseId}, which is not stored`;
  return {
    logLeaves: leaves,
    waitingLeaves,
    ...(what && { finding: { tenant, code: 'LOG_LEAF_WITHOUT_SOURCE', what } }),
  };
};
