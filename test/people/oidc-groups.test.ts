import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seedEmbedded } from '../../api/seed.ts';
import { loadSettings } from '../../cli/settings.ts';
import { readOidcGroups } from '../../cli/setup/oidc-groups-file.ts';
import { signInNeeds } from '../../cli/setup/sign-in-gaps.ts';
import { addLogin } from '../../db/own/logins.ts';
import { applyOidcGroups } from '../../db/own/oidc-groups.ts';
import { putPerson } from '../../db/own/people.ts';
import { personRecordIn } from '../../db/own/person-record.ts';
import { writeSettings } from '../../db/own/tenant-settings.ts';
import {
  membershipsByGroups,
  type OidcGroups,
  oidcGroupProblems,
} from '../../machines/people/oidc-groups.ts';
import { recordsOf } from '../support/records.ts';
import { type TemporaryStore, temporaryStore } from '../support/temporary-store.ts';

// Guarantee: people hold what their groups at the identity provider give, from the next verified token on, and no more;
// nobody becomes somebody who is there already by a name.

const tenant = 'default';
const issuer = 'https://id.example.com';
const by = { actorId: 'operator', atMs: 1_000 };
const mapping: OidcGroups = {
  claim: 'groups',
  addsPeople: true,
  groups: {
    'claims-adjusters': { roles: ['adjuster'], departments: ['adjusting'] },
    'claims-leads': { roles: ['lead'], departments: [] },
  },
};

let opened: TemporaryStore;
beforeEach(async () => {
  opened = await temporaryStore();
  await seedEmbedded(opened.store);
  await writeSettings(opened.store, tenant, { oidcGroups: mapping }, by);
});
afterEach(() => opened.remove());

const apply = (subject: string, claims: object) =>
  applyOidcGroups(opened.store, tenant, { issuer, subject }, claims, 2_000);
const held = (id: string) =>
  opened.store.read((db) =>
    personRecordIn(db, tenant, id)
      ?.memberships.map(({ name }) => name)
      .sort(),
  );

describe('the mapping', () => {
  const held = (...names: string[]) =>
    names.map((name) => ({ kind: 'role' as const, name, fromMs: null, untilMs: null }));
  it('gives what the groups give, takes what it names besides, and leaves all else', () => {
    const names = (before: string[], groups: string[]) =>
      membershipsByGroups(held(...before), groups, mapping).map(({ name }) => name);
    expect(names(['qa', 'lead'], ['claims-adjusters', 'other'])).toEqual(['qa', 'adjuster', 'adjusting']);
    expect(names(['qa', 'lead'], [])).toEqual(['qa']);
    expect(names([], ['claims-leads', 'claims-leads'])).toEqual(['lead']);
  });

  it('is refused where it names what there is not, or gives nothing', () => {
    const known = { role: (id: string) => id === 'lead', department: () => false };
    const bad = {
      ...mapping,
      claim: '',
      groups: { ...mapping.groups, empty: { roles: [], departments: [] } },
    };
    expect(oidcGroupProblems(bad, known).map(({ pointer }) => pointer)).toEqual([
      '/claim',
      '/groups/claims-adjusters/roles',
      '/groups/claims-adjusters/departments',
      '/groups/empty',
    ]);
  });
});

it('is read from a file whose mistakes are named', async () => {
  const file = join(opened.folder, 'groups.json');
  const read = (content: unknown) => {
    writeFileSync(file, JSON.stringify(content));
    return readOidcGroups(opened.store, file);
  };
  expect(await read({ groups: { staff: { roles: ['qa'] } } })).toEqual({
    ...{ claim: 'groups', addsPeople: true, groups: { staff: { roles: ['qa'], departments: [] } } },
  });
  await expect(read({ groups: { staff: { roles: ['king'] } } })).rejects.toThrow('there is no role king');
  await expect(read({ groups: {} })).rejects.toThrow('names no group');
  await expect(read({ group: {} })).rejects.toThrow(file);
  await expect(readOidcGroups(opened.store, join(opened.folder, 'none.json'))).rejects.toThrow('ENOENT');
});

describe('a verified token', () => {
  it('adds who is unknown and in a mapped group, tied to its subject, with a record', async () => {
    expect(
      await apply('sub-1', { groups: ['claims-adjusters'], preferred_username: 'wang', name: 'Wang Wu' }),
    ).toBe(true);
    expect(await held('wang')).toEqual(['adjuster', 'adjusting']);
    expect(await apply('sub-1', { groups: ['claims-adjusters'] })).toBe(false);
    const types = recordsOf(opened.store).map(({ type, actorId }) => `${type} ${actorId}`);
    expect(types).toEqual(
      expect.arrayContaining(['person.added identity-provider', 'login.added identity-provider']),
    );
    expect(JSON.stringify(recordsOf(opened.store))).not.toContain('Wang Wu');
  });

  it('takes away at once what a group gave, and gives what another gives', async () => {
    await apply('sub-1', { groups: ['claims-adjusters'], preferred_username: 'wang' });
    expect(await apply('sub-1', { groups: ['claims-leads'] })).toBe(true);
    expect(await held('wang')).toEqual(['lead']);
    expect(await apply('sub-1', { groups: [] })).toBe(true);
    expect(await held('wang')).toEqual([]);
  });

  it('changes nothing where it says nothing of groups, or where nothing is mapped', async () => {
    await apply('sub-1', { groups: ['claims-adjusters'], preferred_username: 'wang' });
    expect(await apply('sub-1', {})).toBe(false);
    expect(await apply('sub-1', { groups: 'claims-leads' })).toBe(false);
    expect(await apply('sub-2', { groups: ['strangers'], preferred_username: 'zhao' })).toBe(false);
    expect(await held('zhao')).toBeUndefined();
    await writeSettings(opened.store, tenant, { oidcGroups: { ...mapping, addsPeople: false } }, by);
    expect(await apply('sub-3', { groups: ['claims-leads'], preferred_username: 'zhao' })).toBe(false);
  });

  it('makes nobody somebody who is there, and revives nobody', async () => {
    expect(await apply('sub-1', { groups: ['claims-leads'], preferred_username: 'admin' })).toBe(true);
    expect(await held('admin')).toEqual(['admin']);
    expect(await apply('sub-2', { groups: ['claims-leads'], preferred_username: '../x' })).toBe(true);
    await putPerson(opened.store, {
      ...{ tenant, id: 'gone', name: 'Gone', status: 'disabled', roles: [], departments: [] },
      ...{ skills: [], authority: [] },
    });
    await addLogin(opened.store, tenant, { issuer, subject: 'sub-9', personId: 'gone' }, by);
    expect(await apply('sub-9', { groups: ['claims-leads'] })).toBe(false);
    expect(await held('gone')).toEqual([]);
  });
});

describe('setup --check of signing in', () => {
  const person = (id: string) => ({
    ...{ id, name: id, status: 'active' as const, humanId: null, superior: null, calendar: null },
    memberships: [{ kind: 'role' as const, name: 'admin', fromMs: null, untilMs: null }],
  });
  const needs = async (mode: 'demo' | 'accounts' | 'oidc', env: NodeJS.ProcessEnv = {}) => {
    const { signIn } = loadSettings({ CASELOOM_HOME: opened.folder });
    const oidc = { issuer, clientId: 'c', clientSecretEnv: 'SECRET', audience: 'a' };
    const section = { ...signIn, mode, ...(mode === 'oidc' ? { oidc: oidc as never } : {}) };
    const found = await signInNeeds(opened.store, { signIn: section }, [person('zhang'), person('li')], env);
    return Object.fromEntries(found.map(({ id, ok }) => [id, ok]));
  };

  it('names who cannot sign in, who proves no second factor, and what the provider lacks', async () => {
    expect(await needs('demo')).toEqual({ logins: false, 'administrators-sign-in': false });
    expect(await needs('accounts')).toEqual({
      ...{ logins: false, 'administrators-sign-in': false, 'second-factor': false },
    });
    expect(await needs('oidc')).toMatchObject({ logins: true, 'oidc-secret': false, 'oidc-groups': true });
    for (const id of ['zhang', 'li']) {
      await putPerson(opened.store, {
        ...{ tenant, id, name: id, status: 'active', roles: ['admin'], departments: [] },
        ...{ skills: [], authority: [] },
      });
      await addLogin(opened.store, tenant, { issuer, subject: id, personId: id }, by);
    }
    expect(await needs('oidc', { SECRET: 'x' })).toEqual({
      ...{ logins: true, 'administrators-sign-in': true, 'oidc-secret': true, 'oidc-groups': true },
    });
    await writeSettings(
      opened.store,
      tenant,
      { oidcGroups: { ...mapping, groups: { staff: { roles: ['king'], departments: [] } } } },
      by,
    );
    expect(await needs('oidc')).toMatchObject({ 'oidc-groups': false });
  });
});
