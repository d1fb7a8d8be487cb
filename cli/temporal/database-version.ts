import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { acceptsVersion } from './version.ts';

/**
 * The version of the `temporal` command that made a database file is kept beside the file: the embedded server writes
 * its tables only when the file is new and never migrates them, so another minor version must not open it.
 *
 * @returns why the file cannot be used, or undefined when it can (or does not exist yet)
 */
export function databaseRefusal(dbFilename: string, version: string): string | undefined {
  if (!existsSync(dbFilename) || !existsSync(versionFile(dbFilename))) {
    return undefined;
  }
  const madeBy = readFileSync(versionFile(dbFilename), 'utf8').trim();
  return acceptsVersion(version, madeBy)
    ? undefined
    : `it was made by temporal ${madeBy}, and this is temporal ${version}, which does not migrate it`;
}

/** Notes who makes the database file; does nothing for a file that has a note. */
export function noteDatabaseVersion(dbFilename: string, version: string): void {
  if (!existsSync(dbFilename) || !existsSync(versionFile(dbFilename))) {
    writeFileSync(versionFile(dbFilename), `${version}\n`);
  }
}

function versionFile(dbFilename: string): string {
  return `${dbFilename}.version`;
}
