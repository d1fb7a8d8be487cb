import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Finding } from '../verify/finding.ts';
import { type Verification, verifyDatabase } from '../verify/verify-database.ts';

/** What was altered in the copy, and what its verification found. */
export type Tampering = {
  readonly altered: {
    readonly number: string;
    readonly seq: number;
    readonly type: string;
    readonly from: string;
  };
  readonly to: string;
  readonly finding: Finding | null;
  /** The altered entry is the one that was named. */
  readonly named: boolean;
  /** The database itself, which was only read. */
  readonly original: Verification;
};

const impostor = 'somebody-else';

/**
 * Copies a database, puts another person's name under one entry of the copy, as somebody with the file in hand could,
 * and verifies the copy. Undefined where there is no entry yet.
 */
export const tamperWithCopy = (file: string): Tampering | undefined => {
  const folder = mkdtempSync(join(tmpdir(), 'caseloom-tamper-'));
  try {
    const copy = join(folder, 'copy.db');
    const source = new Database(file, { readonly: true, fileMustExist: true });
    try {
      // A whole copy of one moment, also while servers write.
      source.prepare('vacuum into ?').run(copy);
    } finally {
      source.close();
    }
    const altered = alter(copy);
    if (altered === undefined) {
      return undefined;
    }
    const { firstBad } = verifyDatabase(copy);
    const { number, seq, type, from } = altered;
    return {
      altered: { number, seq, type, from },
      to: impostor,
      finding: firstBad,
      named: firstBad?.number === number && firstBad.seq === seq,
      original: verifyDatabase(file),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

type Chosen = { tenant: string; caseId: string; number: string; seq: number; type: string; from: string };

const alter = (copy: string): Chosen | undefined => {
  const sqlite = new Database(copy);
  try {
    // A person's own act, and not the last one of its case: what follows it is the witness.
    const chosen = sqlite
      .prepare<[], Chosen>(
        `select e.tenant, e.case_id as caseId, c.number, e.seq, e.type, e.actor_id as "from"
         from entries e join cases c on c.tenant = e.tenant and c.case_id = e.case_id
         where e.actor_id <> 'system'
         order by e.type = 'approve' desc, e.seq < c.last_seq desc, c.number, e.seq limit 1`,
      )
      .get();
    if (chosen === undefined) {
      return undefined;
    }
    const { tenant, caseId, seq, from } = chosen;
    sqlite.exec('drop trigger entries_no_update');
    sqlite
      .prepare(
        `update entries set actor_id = ?, leaf = replace(leaf, ?, ?) where tenant = ? and case_id = ? and seq = ?`,
      )
      .run(impostor, `"actorId":"${from}"`, `"actorId":"${impostor}"`, tenant, caseId, seq);
    return chosen;
  } finally {
    sqlite.close();
  }
};
