import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { projectFolder } from '../../cli/project-folder.ts';
import { builtinsAtHand, withBuiltinsAtHand } from '../../cli/worker/faster-code.ts';
import { workflowBundle } from '../../cli/worker/workflow-bundle.ts';
import { decode, encode } from '../../workflows/text-encoding.ts';

const require = createRequire(import.meta.url);
const { decode: theirDecode, encode: theirEncode } = require('@temporalio/common/lib/encoding') as {
  encode: (text: string) => Uint8Array;
  decode: (bytes: Uint8Array) => string;
};

describe('text becomes the bytes that the SDK makes of it', () => {
  it('for any text, with halves of characters too', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary-ascii' }), (text, ascii) => {
        expect([...encode(text)]).toEqual([...theirEncode(text)]);
        expect([...encode(ascii)]).toEqual([...theirEncode(ascii)]);
        expect(decode(encode(text))).toBe(theirDecode(theirEncode(text)));
      }),
    );
  });

  it.each(['\uFEFF{"mark":1}', '\uD800', 'a\uDC00b', '理赔 😀'])('for %j', (text) => {
    expect([...encode(text)]).toEqual([...theirEncode(text)]);
    expect(decode(encode(text))).toBe(theirDecode(theirEncode(text)));
  });
});

describe('the bundle', () => {
  let bundle: string;
  beforeAll(async () => {
    bundle = readFileSync(await workflowBundle(join(projectFolder, '.caseloom/bundles')), 'utf8');
  }, 60_000);

  it('has our encoder instead of the SDK’s', () => {
    expect(bundle).toContain('"./workflows/text-encoding.ts"');
    expect(bundle).not.toContain('common/lib/encoding.js"');
  });

  it('begins with the builtins, on the line that was the first', () => {
    const plain = 'var first;\nvar second;';
    expect(withBuiltinsAtHand(plain).split('\n')).toHaveLength(2);
    expect(bundle.split('\n')[0]).toMatch(/^const\{Array,.*\}=globalThis;var __TEMPORAL__;$/);
  });
});

it('builtins at hand are those of the context, and none that the SDK replaces in a workflow', () => {
  const own = runInNewContext(
    withBuiltinsAtHand(`[${builtinsAtHand.map((name) => `${name} === globalThis.${name}`).join()}]`),
  );
  expect(own).toEqual(builtinsAtHand.map(() => true));
  const file = require.resolve('@temporalio/workflow/lib/global-overrides.js');
  const replaced = [...readFileSync(file, 'utf8').matchAll(/^ *global\.(\w+)(?:\.\w+)? =/gm)].map(
    ([, name]) => name,
  );
  expect(replaced).toEqual(expect.arrayContaining(['Date', 'WeakRef', 'setTimeout']));
  expect(builtinsAtHand.filter((name) => replaced.includes(name))).toEqual([]);
});
