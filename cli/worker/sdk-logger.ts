import { DefaultLogger, type LogEntry, type LogLevel } from '@temporalio/worker';

/**
 * Prints what Temporal's SDK has to say, one line each. Only names and ids: an error's own message may quote what was
 * sent.
 */
export const sdkLogger = (level: LogLevel): DefaultLogger =>
  new DefaultLogger(level, (entry) => process.stderr.write(`${lineOf(entry)}\n`));

const lineOf = ({ level, message, meta }: LogEntry): string => {
  const { workflowId, activityType, error, code, seq } = (meta ?? {}) as { [name: string]: unknown };
  const words = { workflowId, activityType, error: errorName(error), code, seq };
  const known = Object.entries(words).filter(([, value]) => value !== undefined && value !== '');
  return [level, firstLine(message), ...known.map(([name, value]) => `${name}=${String(value)}`)].join(' ');
};

const firstLine = (text: string): string => (text.split('\n', 1)[0] ?? '').slice(0, 300);

const errorName = (error: unknown): string | undefined => {
  if (!(error instanceof Error)) {
    return undefined;
  }
  const type = 'type' in error && typeof error.type === 'string' ? error.type : undefined;
  const cause = error.cause instanceof Error ? errorName(error.cause) : undefined;
  return [type ?? error.name, cause].filter((name) => name !== undefined).join('/');
};
