import { embeddedTenant } from '../../api/embedded-tenant.ts';
import type { Db, Store } from '../../db/open.ts';
import { knownIn } from '../../db/own/known-people.ts';
import { localIssuer } from '../../db/own/logins.ts';
import { signInFactsIn } from '../../db/own/sign-in-facts.ts';
import { settingIn } from '../../db/own/tenant-settings.ts';
import { type OidcGroups, oidcGroupProblems } from '../../machines/people/oidc-groups.ts';
import type { PersonRecord } from '../../machines/people/organisation.ts';
import type { Settings } from '../settings.ts';
import { type Need, need } from './need.ts';

/** What is missing before everybody who works here, and nobody else, can sign in. @param own the active people, no demo ones */
export const signInNeeds = (
  store: Store,
  { signIn }: Pick<Settings, 'signIn'>,
  own: readonly PersonRecord[],
  env: NodeJS.ProcessEnv,
): Promise<Need[]> =>
  store.read((db) => {
    const { mode, oidc } = signIn;
    const issuers = mode === 'oidc' ? [oidc?.issuer ?? ''] : mode === 'accounts' ? [localIssuer] : [];
    const mapping = settingIn(db, embeddedTenant, 'oidcGroups');
    const facts = signInFactsIn(db, embeddedTenant, issuers);
    const without = own.filter(({ id }) => !facts.canSignIn.has(id));
    const admins = own.filter(({ memberships }) =>
      memberships.some(({ kind, name }) => kind === 'role' && name === 'admin'),
    );
    const able = admins.filter(({ id }) => facts.canSignIn.has(id));
    const unproved = mode === 'accounts' ? able.filter(({ id }) => !facts.hasSecondFactor.has(id)) : [];
    const isMapped = mode === 'oidc' && mapping !== undefined;
    return [
      need(
        'logins',
        mode !== 'demo' && own.length > 0 && (without.length === 0 || isMapped),
        mode === 'demo'
          ? 'nobody of your own signs in: the mode is demo'
          : `${without.length} of ${own.length} people of your own have no way to sign in${isMapped ? ' yet: their groups will tell' : ''}`,
        mode === 'oidc'
          ? 'tie them to the provider’s names (caseloom login add), or map its groups: caseloom setup --oidc-groups FILE'
          : 'invite them: caseloom login invite PERSON',
      ),
      need(
        'administrators-sign-in',
        able.length >= 2,
        `${able.length} administrators of your own can sign in`,
        'let two of them sign in: nobody changes their own rights',
      ),
      ...(mode === 'accounts'
        ? [
            need(
              'second-factor',
              able.length > 0 && unproved.length === 0,
              `${unproved.length} of ${able.length} administrators who sign in have no second factor`,
              'each sets up a code generator or a passkey at /account',
            ),
          ]
        : []),
      ...(mode === 'oidc' ? [oidcSecret(oidc?.clientSecretEnv, env), groups(db, mapping)] : []),
    ];
  });

const oidcSecret = (name: string | undefined, env: NodeJS.ProcessEnv): Need =>
  need(
    'oidc-secret',
    name === undefined || (env[name] ?? '') !== '',
    name === undefined ? 'a public client, by PKCE alone' : `${name} ${env[name] ? 'is set' : 'is not set'}`,
    `put the client’s secret into the environment as ${name}`,
  );

const groups = (db: Db, mapping: OidcGroups | undefined): Need => {
  const { role, department } = knownIn(db, embeddedTenant);
  const problems =
    mapping === undefined
      ? []
      : oidcGroupProblems(mapping, { role, department: (id) => department(id)?.status === 'active' });
  const [first] = problems;
  return need(
    'oidc-groups',
    first === undefined,
    first !== undefined
      ? `${first.pointer}: ${first.message}`
      : mapping === undefined
        ? 'no groups are mapped: people hold what is said of them here'
        : `${Object.keys(mapping.groups).length} groups are mapped`,
    'correct the mapping, and give it again: caseloom setup --oidc-groups FILE',
  );
};
