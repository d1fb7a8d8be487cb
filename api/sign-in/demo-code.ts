import { createHmac } from 'node:crypto';
import type { Vault } from '../../db/vault/open-vault.ts';
import { demoSecretOf } from '../../db/vault/sign-in-secret.ts';

const stepMs = 30_000;
const digits = 6;

/** The one-time code of RFC 6238 (HMAC-SHA-1, six digits, half a minute) at an instant in epoch milliseconds. */
export const oneTimeCode = (secret: Buffer, atMs: number): string => {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(atMs / stepMs)));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const offset = mac.readUInt8(mac.length - 1) & 15;
  return String((mac.readUInt32BE(offset) & 0x7f_ff_ff_ff) % 10 ** digits).padStart(digits, '0');
};

/** What a demo person's authenticator app would show; `caseloom demo code` prints it. */
export const demoCode = (vault: Vault, personId: string, nowMs: number): string =>
  oneTimeCode(demoSecretOf(vault, personId), nowMs);

/** Whether it is the code of now, or of the time step before or after. */
export const isDemoCode = (vault: Vault, personId: string, code: string, nowMs: number): boolean =>
  [-1, 0, 1].some((steps) => code === demoCode(vault, personId, nowMs + steps * stepMs));
