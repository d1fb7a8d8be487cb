import { createHash } from 'node:crypto';
import vm from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, NotCanonicalError } from '../../machines/kernel/canonical-json.ts';
import { sha256, sha256Hex } from '../../machines/kernel/sha256.ts';

// RFC 8785, section 3.2.2 and 3.2.3.
test('the example of the RFC', () => {
  const value: unknown = JSON.parse(
    '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
      '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
  );
  expect(canonicalJson(value)).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
      '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

test('keys sort by UTF-16 code unit', () => {
  const value: unknown = JSON.parse(
    '{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",' +
      '"\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small Letter O With Diaeresis"}',
  );
  const order = [...canonicalJson(value).matchAll(/:"([^"]+)"/g)].map((match) => match[1]);
  expect(order).toEqual([
    'Carriage Return',
    'One',
    'Control',
    'Latin Small Letter O With Diaeresis',
    'Euro Sign',
    'Emoji: Grinning Face',
    'Hebrew Letter Dalet With Dagesh',
  ]);
});

// RFC 8785, appendix B: IEEE 754 bits and their text.
test.each([
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
])('%s is %s', (bits, text) => {
  expect(canonicalJson(Buffer.from(bits, 'hex').readDoubleBE())).toBe(text);
});

class Point {
  x = 1;
}
const cycle: Record<string, unknown> = {};
cycle.self = cycle;
const hole: unknown[] = [1];
hole[2] = 3;

test.each<[string, unknown, string]>([
  ['undefined', undefined, ''],
  ['an undefined field', { a: { b: undefined } }, '/a/b'],
  ['a hole', hole, '/1'],
  ['NaN', [Number.NaN], '/0'],
  ['Infinity', { 'a/b': Number.POSITIVE_INFINITY }, '/a~1b'],
  ['a bigint', { n: 1n }, '/n'],
  ['a function', { f: () => 1 }, '/f'],
  ['a toJSON of its own', { toJSON: () => 1 }, '/toJSON'],
  ['a Map', { m: new Map() }, '/m'],
  ['a Date', { d: new Date(0) }, '/d'],
  ['an instance', [new Point()], '/0'],
  ['a boxed number', [Object(1)], '/0'],
  ['a lone surrogate', ['\ud800'], '/0'],
  ['a lone surrogate in a key', { '\udc00': 1 }, ''],
])('%s is refused', (_name, value, pointer) => {
  expect(() => canonicalJson(value)).toThrow(NotCanonicalError);
  try {
    canonicalJson(value);
  } catch (error) {
    expect((error as NotCanonicalError).pointer).toBe(pointer);
  }
});

test('a cycle is refused', () => {
  expect(() => canonicalJson(cycle)).toThrow(NotCanonicalError);
});

test('objects of another realm are plain too', () => {
  expect(canonicalJson(vm.runInNewContext('({b: [1], a: {}})'))).toBe('{"a":{},"b":[1]}');
});

test('what is written reads back, and is written the same again', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('SHA-256 is SHA-256', () => {
  expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const hex = createHash('sha256').update(text, 'utf8').digest('hex');
      expect(sha256Hex(text)).toBe(hex);
      expect(Buffer.from(sha256(Buffer.from(text))).toString('hex')).toBe(hex);
    }),
  );
});
