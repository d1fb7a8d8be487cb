import type { SignInMethod } from '../../db/own/sessions.ts';

/** How it is known who sent a request. */
export type Credential =
  /** A token that `caseloom token` printed. */
  | { kind: 'demo-token' }
  | { kind: 'session'; sessionId: string; method: SignInMethod; startedAtMs: number; byCookie: boolean }
  | { kind: 'access-token'; twoFactors: boolean }
  | { kind: 'service-key'; keyId: string; scopes: string[] };

/** Ways of signing in that prove two things: what somebody has, and what they know or are. */
const strongMethods: readonly SignInMethod[] = ['second-factor', 'passkey', 'oidc-two-factors'];

/** Whether two factors stand behind a request: proved here, or at an identity provider that says so in its token. */
export const hasSecondFactor = (credential: Credential): boolean =>
  credential.kind === 'session'
    ? strongMethods.includes(credential.method)
    : credential.kind === 'access-token' && credential.twoFactors;
