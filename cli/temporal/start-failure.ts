import { CommandError } from '../command-error.ts';

/** What the embedded server was started with, as far as its failures depend on it. */
export type ServerPlace = { readonly port: number; readonly uiPort: number; readonly dbFilename: string };

/** The embedded Temporal server did not start; `message` says what to do. */
export class ServerStartError extends CommandError {
  override name = 'ServerStartError';
}

export function portInUse(what: string, port: number, variable: string): string {
  return `Port ${port} (${what}) is in use. Stop what uses it, or set ${variable} to a free port.`;
}

export function incompatibleFile(dbFilename: string, detail: string): string {
  return [
    `The Temporal server cannot use ${dbFilename}: ${detail}.`,
    'Either run it with the Temporal version that made it (put that `temporal` first on your PATH), or move the file',
    'away, with its -wal and -shm beside it, and start again: a new one is made. Running cases live in that file.',
  ].join('\n');
}

/** Turns what a server printed before it gave up into a sentence that says what to do. */
export function explainStartFailure(output: string, place: ServerPlace): string {
  if (/can't set frontend port|address already in use/.test(output)) {
    const ui = /can't set UI port/.test(output);
    return ui
      ? portInUse("Temporal's own UI", place.uiPort, 'TEMPORAL_UI_PORT')
      : portInUse('Temporal', place.port, 'TEMPORAL_PORT');
  }
  if (/can't set UI port/.test(output)) {
    return portInUse("Temporal's own UI", place.uiPort, 'TEMPORAL_UI_PORT');
  }
  const badFile =
    /(file is not a database|no such (?:table|column)[^\n]*|database disk image is malformed)/.exec(output);
  if (badFile?.[1] !== undefined) {
    return incompatibleFile(place.dbFilename, badFile[1]);
  }
  if (
    /unable to open database file|failed checking dir for database file|readonly database|permission denied/i.test(
      output,
    )
  ) {
    return `The Temporal server cannot open ${place.dbFilename}. Check that its folder exists and is writable.`;
  }
  return `The Temporal server stopped while starting. It said:\n${output.trim() || '(nothing)'}`;
}
