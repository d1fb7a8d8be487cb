/**
 * Runs before `npm start` and `npm test`, on whatever Node the host has and before any package is installed: it
 * imports nothing but Node itself. Says nothing when there is nothing to do.
 *
 *     node scripts/prepare.mjs          installs dependencies when node_modules differs from package-lock.json
 *     node scripts/prepare.mjs --test   also fetches the two Temporal binaries that the tests run
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installReason } from './install-state.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

installDependencies();
linkCommand();
if (process.argv.includes('--test') && !testBinariesPresent()) {
  const node = join(root, 'node_modules/node/bin/node');
  run(
    node,
    [join(root, 'cli/bin.mjs'), 'provision', '--test'],
    'The Temporal binaries could not be fetched.',
  );
}

function installDependencies() {
  const reason = installReason(
    textOf(join(root, 'package-lock.json')),
    textOf(join(root, 'node_modules/.package-lock.json')),
  );
  if (reason === undefined && existsSync(join(root, 'node_modules/node/bin/node'))) {
    return;
  }
  console.error(`Installing dependencies: ${reason ?? 'Node 24 is missing from node_modules'}.`);
  const npm = process.env.npm_execpath;
  const help =
    'npm ci failed. Check the network and the registry (npm config get registry), then run it again.';
  if (npm === undefined) {
    run('npm', ['ci'], help);
  } else {
    run(process.execPath, [npm, 'ci'], help);
  }
}

/** Lets `npx caseloom` find this checkout's own command at once, without a look into the registry. */
function linkCommand() {
  const link = join(root, 'node_modules/.bin/caseloom');
  try {
    symlinkSync('../../cli/bin.mjs', link);
  } catch (error) {
    if (error.code !== 'EEXIST') {
      throw error;
    }
  }
}

/** A file of the pinned length is taken as present: unpacking writes elsewhere and renames. */
function testBinariesPresent() {
  const pins = JSON.parse(textOf(join(root, 'cli/temporal/pins.json')));
  const platform = `${process.platform}-${process.arch}`;
  return Object.entries(pins.binaries).every(([name, pin]) => {
    const bytes = pin.platforms[platform]?.binaryBytes;
    const found = statSync(join(root, '.caseloom/bin', name), { throwIfNoEntry: false });
    return found !== undefined && found.size === bytes;
  });
}

function textOf(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function run(command, args, help) {
  const done = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (done.error !== undefined) {
    console.error(`${command}: ${done.error.message}`);
  }
  if (done.status !== 0) {
    console.error(help);
    process.exit(1);
  }
}
