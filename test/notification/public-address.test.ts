import { describe, expect, test } from 'vitest';
import {
  addressBytes,
  isPublicAddress,
  mayConnect,
  webhookUrlProblem,
} from '../../machines/notification/public-address.ts';

test.each([
  ...[
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
  ],
  ...[
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '198.18.0.1',
    '192.0.2.1',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
  ],
  ...[
    'fd12:3456::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:db8::1',
  ],
  ...['localhost', '', '1.2.3', '1.2.3.4.5', '01.2.3.4', '256.1.1.1', '1::2::3', 'g::1', '12345::'],
])('%s is not on the open network', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '2606:4700:4700::1111', '::ffff:8.8.8.8'])(
  '%s is',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

test('an IPv6 address is read whole or not at all', () => {
  expect(addressBytes('2001:db8::ff00:42:8329')?.length).toBe(16);
  expect(addressBytes('1:2:3:4:5:6:7:8')).toEqual([0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]);
  expect(addressBytes('1:2:3:4:5:6:7')).toBeUndefined();
  expect(addressBytes('1:2:3:4:5:6:7:8::')).toBeUndefined();
});

describe('a webhook’s address', () => {
  test.each([
    ['http://example.com/hook', 'must be https'],
    ['ftp://example.com/', 'must be https'],
    ['nonsense', 'is no URL'],
    ['https://user:secret@example.com/', 'must not hold'],
    ['https://127.0.0.1/', 'private network'],
    // Other spellings of 127.0.0.1.
    ['https://2130706433/', 'private network'],
    ['https://0x7f.1/', 'private network'],
    ['https://[::1]/', 'private network'],
    ['https://[::ffff:127.0.0.1]/', 'private network'],
    ['https://169.254.169.254/latest/meta-data', 'private network'],
  ])('%s is refused: %s', (url, why) => {
    expect(webhookUrlProblem(url, [])).toContain(why);
  });

  test('what the settings name is allowed, and nothing beside it', () => {
    expect(webhookUrlProblem('https://example.com/hook', [])).toBeUndefined();
    expect(webhookUrlProblem('http://10.1.2.3:8080/', ['10.1.0.0/16'])).toBeUndefined();
    expect(webhookUrlProblem('http://10.2.2.3:8080/', ['10.1.0.0/16'])).toBeDefined();
    expect(webhookUrlProblem('http://hooks.internal/', ['hooks.internal'])).toBeUndefined();
    expect(mayConnect('10.9.9.9', 'hooks.internal', ['hooks.internal'])).toBe(true);
    expect(mayConnect('10.9.9.9', 'other.internal', ['hooks.internal'])).toBe(false);
  });
});
