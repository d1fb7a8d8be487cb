import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Version that `temporal --version` prints, such as `1.9.1`; undefined when it cannot be run or says something else. */
export async function versionOf(executable: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(executable, ['--version'], { timeout: 10_000 });
    return /^temporal version (\d+\.\d+\.\d+)/m.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

/**
 * Whether a `temporal` of version `found` may serve where `pinned` was tested: same major and minor (a minor release
 * may change the server's tables, and the embedded server does not migrate its file), the same patch or a later one.
 */
export function acceptsVersion(found: string | undefined, pinned: string): boolean {
  const have = found?.split('.').map(Number) ?? [];
  const need = pinned.split('.').map(Number);
  return have[0] === need[0] && have[1] === need[1] && (have[2] ?? -1) >= (need[2] ?? 0);
}
