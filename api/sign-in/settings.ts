import { demoIssuer, localIssuer } from '../../db/own/logins.ts';
import type { SessionLimits } from '../../db/own/sessions.ts';

/** The identity provider that people come from in production. */
export interface OidcSettings {
  /** Exactly as its tokens say it. */
  issuer: string;
  clientId: string;
  /** Absent for a public client, which proves itself by PKCE alone. */
  clientSecret?: string;
  /** Who access tokens must be for; never the client itself, so that no ID token passes for one. */
  audience: string;
  /** Signature algorithms that are taken; asymmetric ones only. */
  algorithms: string[];
  clockToleranceS: number;
  scopes: string[];
}

/**
 * How people sign in. `demo`: the embedded default, where tokens are printed for demo people; `accounts`: passwords,
 * second factors and passkeys kept here; `oidc`: by an identity provider.
 */
export interface SignInSettings extends SessionLimits {
  mode: 'demo' | 'accounts' | 'oidc';
  /** Where people reach this, as an origin: `https://caseloom.example.com`. */
  origin: string;
  /** Whether the page signs anybody in as a demo person by a click: only where nobody else reaches it. */
  demoPeople: boolean;
  oidc?: OidcSettings;
  /**
   * The header in which a proxy before us says where a request comes from; absent: the connection itself does. Only for
   * a proxy that writes it anew or adds to its end, and that nobody can go around.
   */
  addressHeader?: string;
}

/** Half an hour without a request, twelve hours in all. */
export const defaultSessionLimits: SessionLimits = { idleMs: 30 * 60_000, absoluteMs: 12 * 3_600_000 };

/** The embedded default. @param port where it listens; passkeys need a name, so the name is `localhost` */
export const embeddedSignIn = (port = 3000, demoPeople = true): SignInSettings => ({
  mode: 'demo',
  origin: `http://localhost:${port}`,
  demoPeople,
  ...defaultSessionLimits,
});

/** Issuers whose logins count; a session that came by another way is none. */
export const issuersOf = ({ mode, oidc }: SignInSettings): string[] =>
  mode === 'oidc' ? [oidc?.issuer ?? ''] : mode === 'accounts' ? [localIssuer] : [localIssuer, demoIssuer];
