import { createDefinitions, type Definitions } from './definitions.ts';
import type { ApiDeps } from './deps.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { type AccessTokens, createAccessTokens } from './sign-in/access-tokens.ts';
import { lazyLibrary, type SignInLibrary } from './sign-in/library.ts';
import { embeddedSignIn, type SignInSettings } from './sign-in/settings.ts';

/** What the routes work with: the dependencies, and what is built from them once. */
export interface Services extends ApiDeps {
  definitions: Definitions;
  metrics: Metrics;
  signIn: SignInSettings;
  signInLibrary: () => Promise<SignInLibrary>;
  accessTokens: AccessTokens;
}

export const createServices = (deps: ApiDeps): Services => {
  const signIn = deps.signIn ?? embeddedSignIn();
  return {
    ...deps,
    definitions: createDefinitions(deps.store, deps.clockProfile),
    metrics: createMetrics(),
    signIn,
    signInLibrary: lazyLibrary(deps, signIn),
    accessTokens: createAccessTokens(signIn.oidc),
  };
};
