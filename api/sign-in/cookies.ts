import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import type { Vault } from '../../db/vault/open-vault.ts';
import { signInSecretOf } from '../../db/vault/sign-in-secret.ts';
import type { AppEnv } from '../env.ts';
import type { SignInSettings } from './settings.ts';

/** What each of our cookies' names begins with. Browsers take a `__Host-` one over HTTPS only, for this host alone. */
export const cookiePrefixOf = ({ origin }: SignInSettings): string =>
  origin.startsWith('https://') ? '__Host-caseloom' : 'caseloom';

export const sessionCookieOf = (settings: SignInSettings): string =>
  `${cookiePrefixOf(settings)}.session_token`;
export const challengeCookieOf = (settings: SignInSettings): string =>
  `${cookiePrefixOf(settings)}.two_factor`;

export const cookieAttributesOf = ({ origin }: SignInSettings) => ({
  path: '/',
  httpOnly: true,
  secure: origin.startsWith('https://'),
  // A link in an e-mail must find the reader signed in; a form of another site must not.
  sameSite: 'lax' as const,
});

const signatureOf = (vault: Vault, value: string): string =>
  createHmac('sha256', signInSecretOf(vault)).update(value).digest('base64');

/** A value with its signature, as the cookies carry it. */
export const signed = (vault: Vault, value: string): string => `${value}.${signatureOf(vault, value)}`;

/** The value, where the signature is ours. */
export const unsigned = (vault: Vault, text: string): string | undefined => {
  const dot = text.lastIndexOf('.');
  const value = text.slice(0, Math.max(0, dot));
  const given = Buffer.from(text.slice(dot + 1));
  const right = Buffer.from(signatureOf(vault, value));
  return value !== '' && given.length === right.length && timingSafeEqual(given, right) ? value : undefined;
};

/** The session's token that the browser sent, where its signature is ours. */
export const sessionTokenOf = (
  c: Context<AppEnv>,
  { vault, signIn }: { vault: Vault; signIn: SignInSettings },
): string | undefined => {
  const cookie = getCookie(c, sessionCookieOf(signIn));
  return cookie === undefined ? undefined : unsigned(vault, cookie);
};
