import type { SignInMethod } from '../../db/own/sessions.ts';

/** How it is known who sent a request. */
export type Credential =
  /** A token that `caseloom token` printed. */
  | { kind: 'demo-token' }
  | { kind: 'session'; sessionId: string; method: SignInMethod; startedAtMs: number; byCookie: boolean }
  | { kind: 'access-token' }
  | { kind: 'service-key'; keyId: string; scopes: string[] };

/** Ways of signing in that prove two things: what somebody has, and what they know or are. */
const strongMethods: readonly SignInMethod[] = ['second-factor', 'passkey'];

/** Whether two factors stand behind a request. What an identity provider asked for is the provider's to enforce. */
export const hasSecondFactor = (credential: Credential): boolean =>
  credential.kind === 'session' && strongMethods.includes(credential.method);
