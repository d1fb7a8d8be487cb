import { join } from 'node:path';
import { projectFolder } from './project-folder.ts';

/** Addresses to print, without a slash at the end. */
export type Addresses = {
  readonly api: string;
  /** Absent with a Temporal server of one's own. */
  readonly temporalUi?: string;
  readonly temporal: string;
};

/** Named by nobody; the processes that `caseloom start` starts have it in their environment all the same. */
const defaultHome = join(projectFolder, '.caseloom');

/** Settings that a command in another terminal needs as well, where they are not the default ones. */
const settingNames = ['CASELOOM_HOME', 'HOST', 'PORT', 'CASELOOM_TEMPORAL_YAML'] as const;

/** The lines that `caseloom start` ends with: where everything is, then a link or one command for each reader. */
export function welcomeLines(
  { api, temporalUi, temporal }: Addresses,
  env: NodeJS.ProcessEnv = process.env,
): string[] {
  const isEmbedded = temporalUi !== undefined;
  const command = (line: string): string => commandLine(line, env);
  return [
    '',
    `  API           ${api}`,
    `  API docs      ${api}/docs`,
    isEmbedded ? `  Temporal UI   ${temporalUi}` : `  Temporal      ${temporal}`,
    ...(isEmbedded
      ? [
          '',
          '  DEMO CLOCK    Cases of profile "demo" count 20 seconds as a day. It is for demonstrations only.',
        ]
      : []),
    '',
    `  Designer      ${command('lint machines/library/complaint/1.2.0.json')}`,
    ...(isEmbedded ? [`  Handler       ${command('case list --status open --as handler')}`] : []),
    `  Auditor       ${command('verify')}`,
    `  Newcomer      ${api}/docs`,
    '',
    '  Ctrl-C stops everything; what has been accepted is kept.',
  ];
}

/** A `caseloom` command as it is typed in another terminal, with the settings that it needs there. */
export function commandLine(line: string, env: NodeJS.ProcessEnv = process.env): string {
  const settings = settingNames.flatMap((name) =>
    env[name] && env[name] !== defaultHome ? [`${name}=${quoted(env[name])}`] : [],
  );
  return [...settings, 'npx caseloom', line].join(' ');
}

const quoted = (value: string): string =>
  /^[\w./:-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
