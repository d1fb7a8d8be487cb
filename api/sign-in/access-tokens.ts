import type { JWTPayload } from 'jose';
import type { Subject } from '../../db/own/logins.ts';
import { Condition } from '../problem.ts';
import type { OidcSettings } from './settings.ts';

/** A bearer token that is not taken; `reason` is for the record, in one word. */
export class TokenRefused extends Error {
  readonly code: 'TOKEN_EXPIRED' | 'TOKEN_INVALID';
  readonly reason: string;
  constructor(code: TokenRefused['code'], reason: string) {
    super(reason);
    this.name = 'TokenRefused';
    this.code = code;
    this.reason = reason;
  }
}

export interface AccessTokens {
  /** Who an access token speaks for. @throws TokenRefused; Condition where the provider's keys cannot be had */
  subjectOf: (token: string, nowMs: number) => Promise<Subject & { claims: JWTPayload }>;
}

const fetchWithinMs = 5_000;
const retryAfterS = 5;
const tokenTtlMaxS = 24 * 3_600;

/** Checks the provider's access tokens by the keys that it publishes, fetched when the first token comes. */
export const createAccessTokens = (oidc: OidcSettings | undefined): AccessTokens => {
  let verifier: Promise<Verifier> | undefined;
  return {
    subjectOf: async (token, nowMs) => {
      if (oidc === undefined) throw new TokenRefused('TOKEN_INVALID', 'no-provider');
      verifier ??= createVerifier(oidc).catch((error: unknown) => {
        verifier = undefined;
        throw error;
      });
      const claims = await (await verifier)(token, nowMs);
      const { sub } = claims;
      if (typeof sub !== 'string' || sub === '') throw new TokenRefused('TOKEN_INVALID', 'subject');
      return { issuer: oidc.issuer, subject: sub, claims };
    },
  };
};

type Verifier = (token: string, nowMs: number) => Promise<JWTPayload>;

const createVerifier = async (oidc: OidcSettings): Promise<Verifier> => {
  const { createRemoteJWKSet, jwtVerify, errors } = await import('jose');
  const keys = createRemoteJWKSet(await keysAddress(oidc), { timeoutDuration: fetchWithinMs });

  const refusal = (error: unknown): Error => {
    if (error instanceof errors.JWTExpired) return new TokenRefused('TOKEN_EXPIRED', 'expired');
    if (error instanceof errors.JWTClaimValidationFailed) {
      return new TokenRefused('TOKEN_INVALID', claims[error.claim] ?? 'claim');
    }
    if (error instanceof errors.JOSEAlgNotAllowed) return new TokenRefused('TOKEN_INVALID', 'algorithm');
    if (error instanceof errors.JWKSNoMatchingKey) return new TokenRefused('TOKEN_INVALID', 'key');
    if (error instanceof errors.JWSSignatureVerificationFailed) {
      return new TokenRefused('TOKEN_INVALID', 'signature');
    }
    if (
      error instanceof errors.JWSInvalid ||
      error instanceof errors.JWTInvalid ||
      error instanceof errors.JOSENotSupported ||
      error instanceof errors.JWKSMultipleMatchingKeys
    ) {
      return new TokenRefused('TOKEN_INVALID', 'form');
    }
    return providerAway(error);
  };

  return async (token, nowMs) => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: oidc.issuer,
        audience: oidc.audience,
        algorithms: oidc.algorithms,
        clockTolerance: oidc.clockToleranceS,
        currentDate: new Date(nowMs),
        requiredClaims: ['exp', 'iat', 'sub'],
        maxTokenAge: tokenTtlMaxS,
      });
      return payload;
    } catch (error) {
      throw refusal(error);
    }
  };
};

const claims: { [claim: string]: string } = {
  iss: 'issuer',
  aud: 'audience',
  nbf: 'not-yet-valid',
  iat: 'issued',
  sub: 'subject',
  exp: 'expiry',
};

/** Where the provider publishes its keys. @throws Condition where it cannot be asked, or is not who it should be */
const keysAddress = async ({ issuer }: OidcSettings): Promise<URL> => {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  try {
    const answer = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(fetchWithinMs) });
    const found = (await answer.json()) as { issuer?: unknown; jwks_uri?: unknown };
    if (!answer.ok || found.issuer !== issuer) throw new Error('another issuer');
    return new URL(String(found.jwks_uri));
  } catch (error) {
    throw providerAway(error);
  }
};

const providerAway = (cause: unknown): Condition =>
  new Condition('IDENTITY_PROVIDER_AWAY', 'The identity provider’s keys cannot be had now.', {
    retryAfterS,
    cause,
  });
