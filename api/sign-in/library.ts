import { createHash } from 'node:crypto';
import { localIssuer, personOfUser, tieUser } from '../../db/own/logins.ts';
import { applyOidcGroups } from '../../db/own/oidc-groups.ts';
import { signInAdapter } from '../../db/own/sign-in-adapter.ts';
import { signInSecretOf } from '../../db/vault/sign-in-secret.ts';
import type { ApiDeps } from '../deps.ts';
import { embeddedTenant } from '../embedded-tenant.ts';
import { cookieAttributesOf, cookiePrefixOf } from './cookies.ts';
import { noteFactors } from './provider-factors.ts';
import type { OidcSettings, SignInSettings } from './settings.ts';

/** Name of the identity provider within the sign-in library, and in its callback's path. */
export const oidcProviderId = 'oidc';
/** Where the library's own routes would lie; of them only the provider's callback is served. */
export const libraryPath = '/sign-in/library';
export const passwordCharsMin = 12;
export const passwordCharsMax = 128;

export type SignInLibrary = Awaited<ReturnType<typeof buildLibrary>>;

/**
 * The sign-in library, loaded when somebody first signs in: it takes about a second, which a start must not wait for.
 * Where loading fails, the next call tries again.
 */
export const lazyLibrary = (
  deps: Pick<ApiDeps, 'store' | 'vault' | 'now' | 'log'>,
  settings: SignInSettings,
): (() => Promise<SignInLibrary>) => {
  let loading: Promise<SignInLibrary> | undefined;
  return () => {
    loading ??= buildLibrary(deps, settings).catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
};

const buildLibrary = async (
  { store, vault, now, log }: Pick<ApiDeps, 'store' | 'vault' | 'now' | 'log'>,
  settings: SignInSettings,
) => {
  const [
    { betterAuth },
    { twoFactor },
    { genericOAuth },
    { passkey },
    { APIError },
    { hashPassword },
    { decodeJwt },
    database,
  ] = await Promise.all([
    import('better-auth/minimal'),
    import('better-auth/plugins/two-factor'),
    import('better-auth/plugins/generic-oauth'),
    import('@better-auth/passkey'),
    import('better-auth/api'),
    import('better-auth/crypto'),
    import('jose'),
    signInAdapter(store),
  ]);
  const { origin, absoluteMs, oidc, mode } = settings;

  const auth = betterAuth({
    appName: 'Caseloom',
    baseURL: origin,
    basePath: libraryPath,
    secret: signInSecretOf(vault),
    database,
    telemetry: { enabled: false },
    // Its messages may quote what somebody sent; that one came is enough.
    logger: {
      level: 'error',
      log: (level) => {
        if (level === 'error') log({ level: 'warn', message: 'The sign-in library reports a failure' });
      },
    },
    emailAndPassword: {
      enabled: mode !== 'oidc',
      disableSignUp: true,
      minPasswordLength: passwordCharsMin,
      maxPasswordLength: passwordCharsMax,
    },
    // Idle time and the count of tries are ours, so that they hold for every way in.
    session: { expiresIn: absoluteMs / 1000, disableSessionRefresh: true, cookieCache: { enabled: false } },
    rateLimit: { enabled: false },
    account: { accountLinking: { enabled: false } },
    advanced: {
      cookiePrefix: cookiePrefixOf(settings),
      // It would put `__Secure-` before our own prefix; the attribute itself stands below.
      useSecureCookies: false,
      defaultCookieAttributes: cookieAttributesOf(settings),
      ipAddress: { disableIpTracking: true },
    },
    databaseHooks: {
      session: {
        create: {
          // Whatever proved who it is, a session is somebody's here or is not made.
          before: async ({ userId }) => {
            const found = await personOfUser(
              store,
              userId,
              mode === 'oidc' ? (oidc?.issuer ?? '') : localIssuer,
              now(),
            );
            if ('fault' in found) {
              throw new APIError('FORBIDDEN', { code: found.fault, message: found.fault });
            }
            await tieUser(store, found.login, userId);
          },
        },
      },
      // The provider's tokens have done their work once somebody is signed in.
      account: {
        create: { before: async (account) => ({ data: { ...account, ...noTokens } }) },
        update: { before: async (account) => ({ data: { ...account, ...noTokens } }) },
      },
    },
    plugins: [
      twoFactor({ issuer: 'Caseloom', twoFactorCookieMaxAge: 600 }),
      passkey({
        rpID: new URL(origin).hostname,
        rpName: 'Caseloom',
        origin,
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        registration: {
          afterVerification: async ({ verification }) => {
            requireVerified(verification.registrationInfo?.userVerified, APIError);
          },
        },
        authentication: {
          afterVerification: async ({ verification }) => {
            requireVerified(verification.authenticationInfo.userVerified, APIError);
          },
        },
      }),
      ...(oidc === undefined
        ? []
        : [
            genericOAuth({
              config: [
                providerOf(oidc, decodeJwt, async (subject, claims) => {
                  noteFactors(claims);
                  const login = { issuer: oidc.issuer, subject };
                  await applyOidcGroups(store, embeddedTenant, login, claims, now());
                }),
              ],
            }),
          ]),
    ],
  });
  return { auth, hashPassword };
};

const noTokens = { accessToken: null, refreshToken: null, idToken: null };

// A passkey stands for two factors only where its device has asked for a PIN or a finger.
const requireVerified = (
  verified: boolean | undefined,
  Refusal: new (status: 'UNAUTHORIZED', body: { code: string; message: string }) => Error,
): void => {
  if (verified !== true) {
    const code = 'USER_NOT_VERIFIED';
    throw new Refusal('UNAUTHORIZED', { code, message: 'The device has not checked who uses it' });
  }
};

/**
 * The provider as the library's plugin takes it.
 *
 * @param claimsOf reads an ID token that has been verified
 * @param follow is told what it says of somebody, before they are looked up here
 */
const providerOf = (
  { issuer, clientId, clientSecret, scopes }: OidcSettings,
  claimsOf: (idToken: string) => { sub?: string },
  follow: (subject: string, claims: object) => Promise<void>,
) => ({
  providerId: oidcProviderId,
  discoveryUrl: `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
  clientId,
  ...(clientSecret === undefined
    ? { tokenEndpointAuth: { method: 'none' as const } }
    : { clientSecret, authentication: 'basic' as const }),
  scopes,
  pkce: true,
  requireIdTokenVerification: true,
  // Who it is stands in the ID token, which the library has verified by then; nobody's profile is fetched. It wants an
  // address: ours is made of who it is, so that no two subjects ever share one.
  getUserInfo: async ({ idToken }: { idToken?: string | undefined }) => {
    const claims = idToken === undefined ? {} : claimsOf(idToken);
    const { sub: subject } = claims;
    if (subject === undefined) return null;
    await follow(subject, claims);
    const name = createHash('sha256')
      .update(JSON.stringify([issuer, subject]))
      .digest('hex');
    return { sub: subject, name, email: `${name}@oidc.invalid`, emailVerified: false };
  },
});
