#!/usr/bin/env node
/**
 * The `caseloom` command. Its code is TypeScript, which Node 24 runs as it is; on an older Node this file hands over
 * to the Node 24 that comes with the dependencies, passing arguments, signals and the exit code through.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const ownNode = join(root, 'node_modules/node/bin/node');

if (!existsSync(join(root, 'node_modules/.package-lock.json'))) {
  console.error('The dependencies are not installed. Run `npm start`, or `npm ci`, in this folder first.');
  process.exit(1);
} else if (Number.parseInt(process.versions.node, 10) >= 24) {
  // Databases, letters and logs are for whoever runs this, in whatever folder: others on the machine read none.
  process.umask(0o077);
  // What was compiled once is kept: the next start takes a quarter less.
  module.enableCompileCache(join(root, '.caseloom/compiled'));
  const { resolveOnce } = await import('./resolve-once.mjs');
  resolveOnce();
  const { main } = await import('./main.ts');
  await main(process.argv);
} else if (existsSync(ownNode)) {
  handOver();
} else {
  console.error(
    `Caseloom needs Node 24; this is ${process.version}, and node_modules holds none. Run \`npm ci\`.`,
  );
  process.exit(1);
}

function handOver() {
  const self = fileURLToPath(import.meta.url);
  const child = spawn(ownNode, [self, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('error', (error) => {
    console.error(`${ownNode}: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    process.exit(code ?? 128 + (constants.signals[signal] ?? 0));
  });
}
