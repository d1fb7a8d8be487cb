import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { CommandError } from './command-error.ts';
import { portRefusal } from './port.ts';
import { projectFolder } from './project-folder.ts';
import { loadSettings, type Settings } from './settings.ts';
import { type Console, superviseChild } from './supervise/child.ts';
import { type StateLock, takeStateLock } from './supervise/lock.ts';
import { runTree } from './supervise/run-tree.ts';
import { apiChild, demoRun, temporalChild, workerChild } from './supervise/specs.ts';
import { connectTemporal } from './temporal/connection.ts';
import { databaseRefusal, noteDatabaseVersion } from './temporal/database-version.ts';
import { provision } from './temporal/provision.ts';
import { ensureSearchAttributes } from './temporal/search-attributes.ts';
import { incompatibleFile, portInUse } from './temporal/start-failure.ts';
import { versionOf } from './temporal/version.ts';
import { welcomeLines } from './welcome.ts';

/** `caseloom start`: the embedded server (unless an address is given), a worker and the API, supervised. */
export function startCommand(): Command {
  return new Command()
    .description(
      'Starts everything in one process tree and keeps it running: Temporal server, worker and API.\n' +
        'Ctrl-C stops it in order. State lives in .caseloom (CASELOOM_HOME); ports: PORT, TEMPORAL_PORT, TEMPORAL_UI_PORT.',
    )
    .option('--empty', 'make no demo cases in an empty state folder')
    .action((options: { empty?: boolean }) => start(options.empty === true));
}

async function start(empty: boolean): Promise<void> {
  const settings = loadSettings();
  const console = openConsole();
  mkdirSync(settings.home, { recursive: true, mode: 0o700 });
  const lock = await takeStateLock(settings.home, console.say);
  try {
    await assertPortsFree(settings);
    await run(settings, empty, console, lock);
  } finally {
    lock.release();
  }
}

async function run(settings: Settings, empty: boolean, console: Console, lock: StateLock): Promise<void> {
  const { temporal, http, server } = settings;
  const dbFilename = join(settings.home, 'temporal.db');
  const wantsDemo = temporal.embedded && !empty && !existsSync(dbFilename);
  const supervise = (spec: Parameters<typeof superviseChild>[0]) =>
    superviseChild(spec, console, lock.noteProcess);

  const servers = temporal.embedded
    ? [
        supervise(
          temporalChild(settings, await embeddedBinary(settings, dbFilename, console.say), dbFilename),
        ),
      ]
    : await prepareExternal(settings, console.say);
  const worker = supervise(workerChild(settings));
  const api = supervise(apiChild(settings, console.say));
  const demo = demoRun(settings, console, lock.noteProcess);

  await runTree({
    groups: [servers, [worker, api]],
    stopOrder: [demo, api, worker, ...servers],
    say: console.say,
    onReady: () => {
      const lines = welcomeLines({
        api: `http://${http.host}:${http.port}`,
        temporal: temporal.address,
        ...(temporal.embedded ? { temporalUi: `http://127.0.0.1:${server.uiPort}` } : {}),
      });
      for (const line of lines) {
        console.print(line);
      }
      if (wantsDemo) {
        void demo.start();
      }
    },
  });
}

/** Path of the server's binary, its database file checked and marked with its version. */
async function embeddedBinary(
  settings: Settings,
  dbFilename: string,
  say: (sentence: string) => void,
): Promise<string> {
  const executable = await provision('temporal', {
    folders: [join(settings.home, 'bin'), join(projectFolder, '.caseloom/bin')],
    say,
  });
  const version = (await versionOf(executable)) ?? 'of an unknown version';
  const refusal = databaseRefusal(dbFilename, version);
  if (refusal !== undefined) {
    throw new CommandError(incompatibleFile(dbFilename, refusal));
  }
  noteDatabaseVersion(dbFilename, version);
  return executable;
}

/** Sees that a server of one's own answers and knows our search attributes. Nothing of it is ours to supervise. */
async function prepareExternal({ temporal }: Settings, say: (sentence: string) => void): Promise<[]> {
  say(`Using the Temporal server at ${temporal.address}, namespace "${temporal.namespace}".`);
  const connection = await connectTemporal(temporal).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(
      `No Temporal server answers at ${temporal.address} (${reason}). Check TEMPORAL_ADDRESS and temporal.yaml, or ` +
        'remove the address from both to run the embedded server.',
    );
  });
  try {
    await ensureSearchAttributes(connection, temporal.namespace, temporal.searchAttributes);
  } finally {
    await connection.close();
  }
  return [];
}

async function assertPortsFree({ http, temporal, server }: Settings): Promise<void> {
  const needed = [
    { what: 'the API', port: http.port, host: http.host, variable: 'PORT' },
    ...(temporal.embedded
      ? [
          { what: 'Temporal', port: server.port, host: '127.0.0.1', variable: 'TEMPORAL_PORT' },
          { what: "Temporal's own UI", port: server.uiPort, host: '127.0.0.1', variable: 'TEMPORAL_UI_PORT' },
        ]
      : []),
  ];
  for (const { what, port, host, variable } of needed) {
    const refusal = await portRefusal(port, host);
    if (refusal === 'EADDRINUSE') {
      throw new CommandError(portInUse(what, port, variable));
    }
    if (refusal !== undefined) {
      throw new CommandError(
        `Cannot listen at ${host}:${port} for ${what} (${refusal}). Set ${variable}, or HOST.`,
      );
    }
  }
}

function openConsole(): Console {
  // A reader that goes away (`npm start | head`) must not take the supervisor, and with it the order of stopping.
  process.stdout.on('error', () => undefined);
  const write = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  return { say: (sentence) => write(`caseloom | ${sentence}`), print: write };
}
