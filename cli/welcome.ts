/** Addresses to print, without a slash at the end. */
export type Addresses = {
  readonly api: string;
  /** Absent with a Temporal server of one's own. */
  readonly temporalUi?: string;
  readonly temporal: string;
};

/** Settings that a command in another terminal needs as well, where they are not the default ones. */
const settingNames = ['CASELOOM_HOME', 'HOST', 'PORT', 'CASELOOM_TEMPORAL_YAML'] as const;

/** The lines that `caseloom start` ends with: where everything is, then a link or one command for each reader. */
export function welcomeLines(
  { api, temporalUi, temporal }: Addresses,
  env: NodeJS.ProcessEnv = process.env,
): string[] {
  const isEmbedded = temporalUi !== undefined;
  const settings = settingNames.flatMap((name) => (env[name] ? [`${name}=${quoted(env[name])}`] : []));
  const command = (line: string): string => [...settings, 'npx caseloom', line].join(' ');
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
    `  Designer      ${command('lint machines/library/complaint/1.0.0.json')}`,
    ...(isEmbedded ? [`  Handler       ${command('case list --status open --as handler')}`] : []),
    `  Auditor       ${command('verify')}`,
    `  Newcomer      ${api}/docs`,
    '',
    '  Ctrl-C stops everything; what has been accepted is kept.',
  ];
}

const quoted = (value: string): string =>
  /^[\w./:-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
