import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { startProgress } from '../progress.ts';
import type { BinaryName, PlatformPin } from './pins.ts';

const run = promisify(execFile);
const answerWithinMs = 4_000;
const downloadWithinMs = 300_000;

/**
 * Downloads a release archive (tar.gz) into `folder` and unpacks the binary `name` from it.
 *
 * @returns path of the unpacked binary, whose bytes have been verified
 * @throws when the site does not answer within 4 s, or when what came is not what is pinned
 */
export async function fetchArchive(
  name: BinaryName,
  url: string,
  pin: PlatformPin,
  folder: string,
): Promise<string> {
  const archive = join(folder, `${name}.tar.gz`);
  const archiveSha256 = await download(url, archive, name);
  if (pin.archiveSha256 !== undefined && archiveSha256 !== pin.archiveSha256) {
    throw new Error(`its SHA-256 is ${archiveSha256}, expected ${pin.archiveSha256}; it was thrown away`);
  }

  const unpacked = join(folder, 'unpacked');
  await mkdir(unpacked);
  await run('tar', ['-xzf', archive, '-C', unpacked]);
  const entry = (await readdir(unpacked, { recursive: true, withFileTypes: true })).find(
    (file) => file.isFile() && file.name === name,
  );
  if (entry === undefined) {
    throw new Error(`the archive holds no file named ${name}`);
  }
  const binary = join(entry.parentPath, entry.name);
  if (pin.archiveSha256 === undefined) {
    await verifyBinary(binary, pin);
  }
  return binary;
}

/** @throws when the file's SHA-256 is not the pinned one */
export async function verifyBinary(path: string, pin: PlatformPin): Promise<void> {
  const found = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  if (found !== pin.binarySha256) {
    throw new Error(`the binary's SHA-256 is ${found}, expected ${pin.binarySha256}; it was thrown away`);
  }
}

async function download(url: string, path: string, name: string): Promise<string> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new Error('no answer in time')), answerWithinMs);
  try {
    const response = await fetch(url, { signal: abort.signal, redirect: 'follow' });
    clearTimeout(timer);
    if (!response.ok || response.body === null) {
      throw new Error(`HTTP ${response.status}`);
    }
    const limit = setTimeout(() => abort.abort(new Error('the download takes too long')), downloadWithinMs);
    const progress = startProgress(
      `Downloading ${name}`,
      Number(response.headers.get('content-length') ?? 0),
    );
    const hash = createHash('sha256');
    let done = 0;
    const count = new Transform({
      transform(chunk: Buffer, _encoding, next) {
        hash.update(chunk);
        done += chunk.length;
        progress.update(done);
        next(null, chunk);
      },
    });
    try {
      await pipeline(Readable.fromWeb(response.body), count, createWriteStream(path), {
        signal: abort.signal,
      });
    } finally {
      clearTimeout(limit);
      progress.end();
    }
    return hash.digest('hex');
  } finally {
    clearTimeout(timer);
  }
}
