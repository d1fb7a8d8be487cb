import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { CommandError } from './command-error.ts';
import { stopWithSupervisor } from './supervise/supervised.ts';

type CommandEntry = {
  readonly name: string;
  readonly summary: string;
  /** The command with its options and action. Loaded only when it is called, so that each starts fast. */
  readonly load: () => Promise<Command>;
};

const commands: readonly CommandEntry[] = [
  {
    name: 'start',
    summary: 'start everything: Temporal server, worker and API, in one process tree',
    load: async () => (await import('./start.ts')).startCommand(),
  },
  {
    name: 'worker',
    summary: 'run cases against the configured Temporal server',
    load: async () => (await import('./worker.ts')).workerCommand(),
  },
  {
    name: 'api',
    summary: 'serve the HTTP API',
    load: async () => (await import('./api.ts')).apiCommand(),
  },
  {
    name: 'token',
    summary: 'print a bearer token for a demo person',
    load: async () => (await import('./token.ts')).tokenCommand(),
  },
  {
    name: 'login',
    summary: 'say who signs in as whom: invitations, and subjects of an identity provider',
    load: async () => (await import('./login.ts')).loginCommand(),
  },
  {
    name: 'service-key',
    summary: 'make, list and revoke the keys of programs',
    load: async () => (await import('./service-key.ts')).serviceKeyCommand(),
  },
  {
    name: 'case',
    summary: 'open, show, list cases, send them events, print their trails',
    load: async () => (await import('./case.ts')).caseCommand(),
  },
  {
    name: 'setup',
    summary: 'five questions before the first real case; what production still lacks',
    load: async () => (await import('./setup.ts')).setupCommand(),
  },
  {
    name: 'people',
    summary: 'import and export people, departments, authority and absences as CSV',
    load: async () => (await import('./people.ts')).peopleCommand(),
  },
  {
    name: 'notify',
    summary: 'show what a message to people says',
    load: async () => (await import('./notify.ts')).notifyCommand(),
  },
  {
    name: 'lint',
    summary: 'check a definition document',
    load: async () => (await import('./lint.ts')).lintCommand(),
  },
  {
    name: 'replay',
    summary: 'make cases of a file of real complaints or claims, on its own dates',
    load: async () => (await import('./replay.ts')).replayCommand(),
  },
  {
    name: 'verify',
    summary: 'verify every stored trail',
    load: async () => (await import('./verify.ts')).verifyCommand(),
  },
  {
    name: 'demo',
    summary: 'make generated cases; tamper with a copy and see it found; print one-time codes',
    load: async () => (await import('./demo.ts')).demoCommand(),
  },
  {
    name: 'bench',
    summary: 'measure this machine against the budgets',
    load: async () => (await import('./bench.ts')).benchCommand(),
  },
  {
    name: 'provision',
    summary: "fetch the Temporal server's binary, if it is not there yet",
    load: async () => (await import('./provision.ts')).provisionCommand(),
  },
];

const usageErrorCode = 2;

/** Runs the command line. Exit codes: 0 done, 1 failed, 2 called wrongly. */
export async function main(argv: readonly string[]): Promise<void> {
  stopWithSupervisor();
  const called = argv[2] === 'help' ? argv[3] : argv[2];
  const program = new Command('caseloom')
    .description('A durable case engine for insurance claims and complaints.')
    .version(versionOfProject(), '-V, --version')
    .showHelpAfterError('Run `caseloom --help` for the commands.')
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : usageErrorCode));

  for (const { name, summary, load } of commands) {
    const command = name === called ? await load() : new Command();
    program.addCommand(command.name(name).summary(summary).copyInheritedSettings(program));
  }

  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (!(error instanceof CommandError)) {
      throw error;
    }
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  }
}

function versionOfProject(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return String(JSON.parse(text).version);
}
