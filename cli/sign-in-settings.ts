import type { SignInSettings } from '../api/sign-in/settings.ts';
import type { Settings } from './settings.ts';
import { signInModes, type TemporalFile } from './settings-schema.ts';
import { SettingsError } from './temporal-file.ts';

type FileSection = TemporalFile['signIn'];

/** How people sign in, as the file and the environment say it; secrets are not looked up yet. */
export interface SignInSection {
  readonly mode: SignInSettings['mode'];
  readonly origin: string;
  readonly idleMs: number;
  readonly absoluteMs: number;
  readonly addressHeader?: string;
  readonly oidc?: FileSection['oidc'];
}

/** @throws SettingsError for a mode in the environment that there is not, or that lacks its provider */
export function signInSection(
  { mode, origin, idleMinutes, absoluteHours, addressHeader, oidc }: FileSection,
  isEmbedded: boolean,
  port: number,
  env: NodeJS.ProcessEnv,
): SignInSection {
  const chosen = modeFrom(env) ?? mode ?? (isEmbedded ? 'demo' : 'accounts');
  if (chosen === 'oidc' && oidc === undefined) {
    throw new SettingsError('CASELOOM_SIGN_IN: "oidc" needs signIn.oidc in temporal.yaml');
  }
  return {
    mode: chosen,
    // Passkeys are tied to a name; an address has none.
    origin: origin ?? `http://localhost:${port}`,
    idleMs: idleMinutes * 60_000,
    absoluteMs: absoluteHours * 3_600_000,
    ...(addressHeader === undefined ? {} : { addressHeader }),
    ...(chosen === 'oidc' ? { oidc } : {}),
  };
}

function modeFrom(env: NodeJS.ProcessEnv): SignInSettings['mode'] | undefined {
  const text = env.CASELOOM_SIGN_IN;
  if (text === undefined || text === '') return undefined;
  const mode = signInModes.find((each) => each === text);
  if (mode === undefined) {
    throw new SettingsError(`CASELOOM_SIGN_IN: "${text}" is none of ${signInModes.join(', ')}`);
  }
  return mode;
}

const loopbackHosts = ['127.0.0.1', '::1', 'localhost'];

/** What the API is started with. @throws SettingsError naming a secret that is not in the environment */
export function apiSignIn(
  { signIn, http, temporal }: Pick<Settings, 'signIn' | 'http' | 'temporal'>,
  env: NodeJS.ProcessEnv = process.env,
): SignInSettings {
  const { oidc, ...section } = signIn;
  return {
    ...section,
    // Whoever reaches the page is then at this machine.
    demoPeople: signIn.mode === 'demo' && temporal.embedded && loopbackHosts.includes(http.host),
    ...(oidc === undefined ? {} : { oidc: withSecret(oidc, env) }),
  };
}

const withSecret = (
  { clientSecretEnv, ...oidc }: NonNullable<FileSection['oidc']>,
  env: NodeJS.ProcessEnv,
): NonNullable<SignInSettings['oidc']> => {
  if (clientSecretEnv === undefined) return oidc;
  const clientSecret = env[clientSecretEnv];
  if (clientSecret === undefined || clientSecret === '') {
    throw new SettingsError(`${clientSecretEnv}: is not set; signIn.oidc.clientSecretEnv names it`);
  }
  return { ...oidc, clientSecret };
};
