import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { Provider } from 'oidc-provider';
import type { Browser, Visit } from './browser.ts';

/**
 * A real OpenID provider on a port of its own, whose people sign in by typing their name; a name that ends with `-mfa` has
 * proved a second factor, which its ID token says.
 */
export interface RunningProvider {
  issuer: string;
  clientId: string;
  clientSecret: string;
  audience: string;
  /** An access token that the provider itself gave for somebody, by code and PKCE of another client. */
  accessTokenOf: (browser: Browser, login: string) => Promise<string>;
  /** A token with claims of one's choice, signed by the provider's own key. */
  sign: (claims: JWTPayload, header?: { alg?: string; kid?: string }) => Promise<string>;
  /** The provider's public key, as everybody can have it. */
  publicJwk: object;
  /** What it was asked at its authorization endpoint. */
  asked: URL[];
  stop: () => Promise<void>;
}

const nativeRedirect = 'http://127.0.0.1/callback';
const kid = 'provider-key';

/** @param redirectUri where people come back to */
export const startProvider = async (redirectUri: string): Promise<RunningProvider> => {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const [jwk, publicJwk] = await Promise.all([exportJWK(privateKey), exportJWK(publicKey)]);
  const asked: URL[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', issuer);
    if (url.pathname === '/auth') asked.push(url);
    callback(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const audience = 'https://caseloom.example.com/api';
  const clientId = 'caseloom';
  const clientSecret = randomBytes(24).toString('base64url');
  const provider = new Provider(issuer, {
    clients: [
      { client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] },
      {
        ...{ client_id: 'native', token_endpoint_auth_method: 'none', application_type: 'native' },
        redirect_uris: [nativeRedirect],
      },
    ],
    jwks: { keys: [{ ...jwk, kid, alg: 'RS256', use: 'sig' }] },
    cookies: { keys: [randomBytes(24).toString('base64url')] },
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
    pkce: { required: () => true },
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
    claims: { openid: ['sub', 'amr'] },
    conformIdTokenClaims: false,
    features: {
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          ...{ scope: 'cases', audience, accessTokenFormat: 'jwt', accessTokenTTL: 600 },
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  });
  // Its forms for development take any password and ask for nothing more; what a session has proved is said here.
  Object.defineProperty(provider.Session.prototype, 'amr', {
    get(this: { accountId?: string }) {
      return this.accountId?.endsWith('-mfa') ? ['pwd', 'mfa'] : undefined;
    },
    set: () => undefined,
  });
  const callback = provider.callback();

  return {
    ...{ issuer, clientId, clientSecret, audience, publicJwk, asked },
    sign: (claims, { alg = 'RS256', kid: by = kid } = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg, kid: by, typ: 'at+jwt' }).sign(privateKey),
    accessTokenOf: async (browser, login) => {
      const verifier = randomBytes(32).toString('base64url');
      const ask = new URLSearchParams({
        ...{ client_id: 'native', response_type: 'code', redirect_uri: nativeRedirect, resource: audience },
        ...{ scope: 'openid cases', state: 's', code_challenge_method: 'S256' },
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      });
      const back = await typeName(browser, await browser.get(`${issuer}/auth?${ask}`), login, nativeRedirect);
      const answer = await fetch(`${issuer}/token`, {
        method: 'POST',
        body: new URLSearchParams({
          ...{ grant_type: 'authorization_code', client_id: 'native', redirect_uri: nativeRedirect },
          ...{ code: new URL(back).searchParams.get('code') ?? '', code_verifier: verifier },
        }),
      });
      return ((await answer.json()) as { access_token: string }).access_token;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const formsMax = 4;

/** Fills in the provider's forms until it sends the browser back. @returns the address that it is sent to */
export const typeName = async (
  browser: Browser,
  first: Visit,
  login: string,
  backTo: string,
): Promise<string> => {
  let page = first;
  for (let n = 0; n < formsMax; n += 1) {
    if (page.at.startsWith(backTo)) return page.at;
    const action = /<form[^>]* action="([^"]+)"/.exec(page.text)?.[1];
    if (action === undefined) throw new Error(`The provider shows no form: ${page.status} ${page.text}`);
    const prompt = /name="prompt" value="(\w+)"/.exec(page.text)?.[1] ?? 'login';
    page = await browser.post(action, {
      form: { prompt, ...(prompt === 'login' ? { login, password: 'any' } : {}) },
      stopAt: backTo,
    });
  }
  throw new Error('The provider asks without end');
};
