import { deriveKey, hmacHex } from './cipher.ts';
import type { Vault } from './open-vault.ts';

/** What session cookies are signed with, and second factors' secrets encrypted: so no other secret is to be kept. */
export const signInSecretOf = (vault: Vault): string =>
  deriveKey(vault.masterKey, ['sign-in']).toString('base64url');

/** A name for an address or a code in records and counts, from which nobody can guess it. */
export const signInNameOf = (
  vault: Vault,
  kind: 'email' | 'address' | 'code' | 'subject',
  text: string,
): string => hmacHex(deriveKey(vault.masterKey, ['sign-in-name', kind]), text);

/** What a demo person's one-time codes are made of: it lies where the installation's own key does, for everybody to try. */
export const demoSecretOf = (vault: Vault, personId: string): Buffer =>
  deriveKey(vault.masterKey, ['demo-code', personId]);
