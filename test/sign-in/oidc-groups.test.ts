import { expect, test } from 'vitest';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import { defaultSessionLimits } from '../../api/sign-in/settings.ts';
import { writeSettings } from '../../db/own/tenant-settings.ts';
import { startTestApi } from '../support/api.ts';
import { startProvider } from './provider.ts';

// Guarantee: what the provider's signed token says of somebody's groups holds from that very request on.

test('an access token makes its subject a person with the rights of its groups, and takes them away again', async () => {
  const origin = 'https://caseloom.example.com';
  const provider = await startProvider(`${origin}/sign-in/library/callback/oidc`);
  const { issuer, clientId, clientSecret, audience } = provider;
  const oidc = {
    ...{ issuer, clientId, clientSecret, audience, clockToleranceS: 5 },
    ...{ algorithms: ['RS256'], scopes: ['openid'] },
  };
  const api = await startTestApi({
    signIn: { mode: 'oidc', origin, demoPeople: false, ...defaultSessionLimits, oidc },
  });
  try {
    const claims = (groups: string[]) => {
      const now = Math.floor(Date.now() / 1000);
      return {
        iss: issuer,
        aud: audience,
        sub: 'sub-new',
        iat: now,
        exp: now + 60,
        groups,
        preferred_username: 'sun',
      };
    };
    const me = async (groups: string[]) => {
      const authorization = `Bearer ${await provider.sign(claims(groups))}`;
      const { status, body } = await api.call(null, 'GET', '/v1/people/me', undefined, {
        headers: { authorization },
      });
      return status === 200 ? [body.id, body.roles] : body.code;
    };
    expect(await me(['adjusters'])).toBe('LOGIN_UNKNOWN');
    const oidcGroups = {
      ...{ claim: 'groups', addsPeople: true },
      groups: {
        adjusters: { roles: ['adjuster'], departments: [] },
        leads: { roles: ['lead'], departments: [] },
      },
    };
    await writeSettings(api.store, embeddedTenant, { oidcGroups }, { actorId: 'operator', atMs: Date.now() });
    expect(await me(['strangers'])).toBe('LOGIN_UNKNOWN');
    expect(JSON.stringify(await me(['adjusters']))).toContain('adjuster');
    const both = JSON.stringify(await me(['adjusters', 'leads']));
    expect(both).toContain('lead');
    expect(JSON.stringify(await me(['leads']))).not.toContain('adjuster');
    const forged = `${(await provider.sign(claims(['leads']))).slice(0, -6)}AAAAAA`;
    const refused = await api.call(null, 'GET', '/v1/people/me', undefined, {
      headers: { authorization: `Bearer ${forged}` },
    });
    expect(refused.body.code).toBe('TOKEN_INVALID');
  } finally {
    await api.stop();
    await provider.stop();
  }
});
