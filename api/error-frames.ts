/** What of an error may be logged: its name and places. Its message may repeat what somebody sent. */
export const framesOf = (error: unknown): { code: string; frames: string[] } => {
  if (!(error instanceof Error)) {
    return { code: typeof error, frames: [] };
  }
  const own = (error as { code?: unknown }).code;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const cause = error.cause === undefined ? undefined : framesOf(error.cause);
  return {
    code: [
      error.name,
      ...(typeof own === 'string' ? [own] : []),
      ...(cause ? [`cause ${cause.code}`] : []),
    ].join(' '),
    frames: [...frames.slice(0, 12), ...(cause?.frames.slice(0, 6) ?? [])].map((line) => line.trim()),
  };
};
