import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startProgress } from '../../cli/progress.ts';
import { projectFolder } from '../../cli/project-folder.ts';
import { installReason } from '../../scripts/install-state.mjs';

const lock = (packages: object): string => JSON.stringify({ packages });
const zod = { version: '4.6.7', integrity: 'sha512-a' };

describe('whether dependencies must be installed', () => {
  test('not when what is installed is what the lock file says', () => {
    expect(
      installReason(lock({ '': {}, 'node_modules/zod': zod }), lock({ 'node_modules/zod': zod })),
    ).toBeUndefined();
  });

  test('not for packages of other platforms', () => {
    const wanted = lock({
      'node_modules/zod': zod,
      'node_modules/x-win32': { version: '1.0.0', optional: true },
    });
    expect(installReason(wanted, lock({ 'node_modules/zod': zod }))).toBeUndefined();
  });

  test.each([
    ['there is no finished install', undefined, 'missing or incomplete'],
    ['a package is absent', lock({}), 'node_modules/zod is not installed'],
    [
      'a version differs',
      lock({ 'node_modules/zod': { ...zod, version: '4.0.0' } }),
      'is 4.0.0, the lock file asks for 4.6.7',
    ],
    [
      'the content differs',
      lock({ 'node_modules/zod': { ...zod, integrity: 'sha512-b' } }),
      'node_modules/zod',
    ],
    [
      'a package was dropped',
      lock({ 'node_modules/zod': zod, 'node_modules/old': zod }),
      'node_modules/old is no longer',
    ],
  ])('when %s', (_what, installed, reason) => {
    expect(installReason(lock({ '': {}, 'node_modules/zod': zod }), installed)).toContain(reason);
  });

  test('this checkout is up to date, and preparing it again says nothing', () => {
    const read = (path: string): string => readFileSync(join(projectFolder, path), 'utf8');
    expect(installReason(read('package-lock.json'), read('node_modules/.package-lock.json'))).toBeUndefined();
    const again = spawnSync(process.execPath, [join(projectFolder, 'scripts/prepare.mjs')], {
      encoding: 'utf8',
    });
    expect(again).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });
});

describe('a progress bar', () => {
  const draw = (isTTY: boolean): string => {
    let written = '';
    let nowMs = 0;
    const write = (text: string): void => {
      written += text;
    };
    const progress = startProgress('Replaying', 200, { isTTY, write }, () => (nowMs += 60));
    for (const done of [10, 60, 110, 200]) {
      progress.update(done);
    }
    progress.end();
    return written;
  };

  test('moves on a terminal and ends at its whole length', () => {
    const frames = draw(true).split('\r');
    expect(frames.at(-1)).toBe(`Replaying [${'#'.repeat(30)}] 100 %\n`);
    expect(frames.length).toBeGreaterThan(2);
  });

  test('is a line per quarter elsewhere', () => {
    expect(draw(false)).toBe('Replaying\nReplaying 25 %\nReplaying 50 %\nReplaying 100 %\n');
  });
});
