import Database from 'better-sqlite3';

// Locks a database in a process of its own: `node lock-process.ts DATABASE FOR_MS`.
const [file = '', forMs = '0'] = process.argv.slice(2);
const sqlite = new Database(file);
sqlite.exec('BEGIN IMMEDIATE');
console.log('locked');
setTimeout(() => {
  sqlite.exec('ROLLBACK');
  sqlite.close();
}, Number(forMs));
