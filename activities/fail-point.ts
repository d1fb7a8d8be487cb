/** Places where a test may have this process die, as if its machine had lost power. */
export type FailPoint =
  | 'before-step'
  | 'before-project'
  | 'after-project'
  | 'before-answer'
  | 'before-effect'
  | 'after-effect';

/**
 * Kills the process at a named point, the first time or the n-th: `CASELOOM_FAIL_AT=after-project:3`. Does nothing
 * unless the variable is set.
 */
export const createFailPoint = (setting: string | undefined): ((point: FailPoint) => void) => {
  if (!setting) {
    return () => undefined;
  }
  const [wanted, count = '1'] = setting.split(':');
  let left = Number(count);
  return (point) => {
    if (point === wanted && --left === 0) {
      process.kill(process.pid, 'SIGKILL');
      // The signal arrives a moment later; nothing may run in between.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
    }
  };
};
