import Database from 'better-sqlite3';
import type { SmallChange, SmallStore } from './messages.ts';

/** The least that somebody would write beside such a workflow: entries, cases, tasks, deadlines. */
export const openSmallStore = (file: string, synchronous: 'FULL' | 'NORMAL'): SmallStore => {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma(`synchronous = ${synchronous}`);
  db.exec(`
    CREATE TABLE IF NOT EXISTS entries (case_id TEXT, seq INTEGER, at INTEGER, actor_id TEXT, event TEXT,
      before TEXT, after TEXT, data TEXT, PRIMARY KEY (case_id, seq));
    CREATE INDEX IF NOT EXISTS entries_at ON entries (at);
    CREATE TABLE IF NOT EXISTS cases (case_id TEXT PRIMARY KEY, state TEXT, data TEXT, seq INTEGER,
      opened_at INTEGER, due_at INTEGER, breached INTEGER);
    CREATE INDEX IF NOT EXISTS cases_state ON cases (state, due_at);
    CREATE TABLE IF NOT EXISTS tasks (case_id TEXT, state TEXT, status TEXT, role TEXT, opened_at INTEGER,
      closed_at INTEGER, due_at INTEGER, PRIMARY KEY (case_id, state));
    CREATE INDEX IF NOT EXISTS tasks_open ON tasks (role, due_at) WHERE status = 'open';
    CREATE TABLE IF NOT EXISTS deadlines (case_id TEXT, name TEXT, status TEXT, due_at INTEGER,
      PRIMARY KEY (case_id, name));
  `);
  const insertEntry = db.prepare('INSERT OR IGNORE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const putCase = db.prepare(`INSERT INTO cases VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    state = excluded.state, data = excluded.data, seq = excluded.seq, breached = excluded.breached
    WHERE excluded.seq > seq`);
  const closeTask = db.prepare(
    "UPDATE tasks SET status = 'completed', closed_at = ? WHERE case_id = ? AND state = ?",
  );
  const openTask = db.prepare("INSERT OR IGNORE INTO tasks VALUES (?, ?, 'open', 'handler', ?, NULL, ?)");
  const putDeadline = db.prepare(`INSERT INTO deadlines VALUES (?, 'decision', ?, ?) ON CONFLICT DO UPDATE SET
    status = excluded.status`);

  const write = db.transaction(({ case: small, entry }: SmallChange): void => {
    const { caseId, state, data, seq, openedAtMs, dueAtMs, breached } = small;
    const { atMs, actorId, event, before } = entry;
    insertEntry.run(caseId, entry.seq, atMs, actorId, event, before, state, JSON.stringify(entry.data));
    putCase.run(caseId, state, JSON.stringify(data), seq, openedAtMs, dueAtMs, breached ? 1 : 0);
    if (before !== null) {
      closeTask.run(atMs, caseId, before);
    }
    const ended = state === 'archived';
    if (!ended) {
      openTask.run(caseId, state, atMs, dueAtMs);
    }
    putDeadline.run(caseId, breached ? 'breached' : ended ? 'met' : 'running', dueAtMs);
  });

  return {
    project: async (change) => {
      write.immediate(change);
      return undefined;
    },
    close: () => {
      db.close();
    },
  };
};
