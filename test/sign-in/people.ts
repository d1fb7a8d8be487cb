import { createHmac } from 'node:crypto';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import { invite } from '../../db/own/invitations.ts';
import type { TestApi } from '../support/api.ts';
import type { Browser } from './browser.ts';

export const password = 'correct horse battery staple';

/** Gives a person an account with the password above, the way they would get it. */
export const giveAccount = async (
  { store }: Pick<TestApi, 'store'>,
  browser: Browser,
  personId: string,
  { email = `${personId}@example.com`, nowMs = Date.now() } = {},
): Promise<string> => {
  const by = { actorId: 'operator', atMs: nowMs };
  const code = await invite(store, embeddedTenant, { personId, email, ttlMs: 3_600_000 }, by);
  const { at } = await browser.post('/sign-in/invitation', { form: { code: code ?? '', password } });
  if (at !== '/sign-in?done=chosen') throw new Error(`The invitation was not accepted: ${at}`);
  return email;
};

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The code of RFC 6238 for a secret in base 32, `steps` time steps from now. */
export const codeOf = (secret: string, steps = 0): string => {
  const bits = [...secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const mac = createHmac('sha1', key).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
};
