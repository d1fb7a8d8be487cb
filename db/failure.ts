import Database from 'better-sqlite3';

/**
 * The database cannot be used now: locked beyond the time given, full, or failing. Nothing was written; the
 * same call may be made again later.
 */
export class StoreUnavailable extends Error {
  readonly code = 'STORE_UNAVAILABLE';
  readonly reason: 'busy' | 'full' | 'io' | 'closed';
  constructor(reason: StoreUnavailable['reason'], options?: ErrorOptions) {
    super(`The database cannot be used: ${reason}`, options);
    this.name = 'StoreUnavailable';
    this.reason = reason;
  }
}

/**
 * What is stored and what is to be written cannot both be true: another hash at the same place, a gap, or a
 * write of an earlier epoch. Nothing was written, and trying again cannot help.
 */
export class TrailDiverged extends Error {
  readonly code = 'TRAIL_DIVERGED';
  readonly reason: 'hash' | 'gap' | 'epoch' | 'command' | 'leaf';
  readonly caseId: string;
  readonly seq: number;
  constructor(reason: TrailDiverged['reason'], caseId: string, seq: number) {
    super(`The trail of case ${caseId} diverges at ${seq}: ${reason}`);
    this.name = 'TrailDiverged';
    this.reason = reason;
    this.caseId = caseId;
    this.seq = seq;
  }
}

const sqliteCode = (error: unknown): string | undefined => {
  if (error instanceof Database.SqliteError) return error.code;
  // drizzle wraps the driver's errors.
  return error instanceof Error && error.cause !== undefined ? sqliteCode(error.cause) : undefined;
};

export const isBusy = (error: unknown): boolean => sqliteCode(error)?.startsWith('SQLITE_BUSY') ?? false;

/** A unique index or primary key refused a row. */
export const isConflict = (error: unknown): boolean =>
  /^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)/.test(sqliteCode(error) ?? '');

/** The typed form of an error of the storage below; undefined where the error is about something else. */
export const asUnavailable = (error: unknown): StoreUnavailable | undefined => {
  if (error instanceof StoreUnavailable) return error;
  const code = sqliteCode(error) ?? '';
  if (code.startsWith('SQLITE_BUSY') || code === 'SQLITE_LOCKED')
    return new StoreUnavailable('busy', { cause: error });
  if (code === 'SQLITE_FULL') return new StoreUnavailable('full', { cause: error });
  if (/^SQLITE_(IOERR|CANTOPEN|READONLY|CORRUPT|NOTADB)/.test(code))
    return new StoreUnavailable('io', { cause: error });
  return undefined;
};
