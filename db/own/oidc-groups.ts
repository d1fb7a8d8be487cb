import { createHash } from 'node:crypto';
import { groupsIn, membershipsByGroups } from '../../machines/people/oidc-groups.ts';
import type { PersonRecord } from '../../machines/people/organisation.ts';
import type { Db, Store } from '../open.ts';
import { knownIn } from './known-people.ts';
import { addLoginIn, loginIn, type Subject } from './logins.ts';
import type { ChangedBy } from './people-history.ts';
import { personContent, personRecordIn, writePerson } from './person-record.ts';
import { settingIn } from './tenant-settings.ts';

/** Who changes people by what their identity provider says of them. */
const providerId = 'identity-provider';

interface Wanted {
  before: PersonRecord | undefined;
  person: PersonRecord;
}

/**
 * Makes somebody hold what their groups at the identity provider give, as a verified token lists them; with the trace of
 * every change of people. Where the company has no mapping, or the token lists no groups, nothing is changed.
 *
 * @param claims of a token that has been verified
 * @returns whether anything was changed
 */
export const applyOidcGroups = async (
  store: Store,
  tenant: string,
  login: Subject,
  claims: unknown,
  nowMs: number,
): Promise<boolean> => {
  // Most tokens change nothing, and a read waits for nobody.
  if ((await store.read((db) => wantedIn(db, tenant, login, claims))) === undefined) {
    return false;
  }
  return store.write((db) => {
    const wanted = wantedIn(db, tenant, login, claims);
    if (wanted === undefined) return false;
    const by: ChangedBy = { actorId: providerId, atMs: nowMs };
    writePerson(db, tenant, wanted.person, by, wanted.before);
    if (wanted.before === undefined) {
      addLoginIn(db, tenant, { ...login, personId: wanted.person.id }, by);
    }
    return true;
  });
};

const wantedIn = (db: Db, tenant: string, login: Subject, claims: unknown): Wanted | undefined => {
  const mapping = settingIn(db, tenant, 'oidcGroups');
  const held = mapping && groupsIn(claims, mapping);
  if (!mapping || !held) return undefined;
  const tied = loginIn(db, login);
  if (tied !== undefined && tied.tenant !== tenant) return undefined;
  const before = tied && personRecordIn(db, tenant, tied.personId);
  const isKnown = knownIn(db, tenant);
  const memberships = membershipsByGroups(before?.memberships ?? [], held, mapping).filter(
    ({ kind, name }) =>
      before?.memberships.some((each) => each.kind === kind && each.name === name) ||
      (kind === 'role' ? isKnown.role(name) : isKnown.department(name)?.status === 'active'),
  );
  if (before) {
    const person = { ...before, memberships };
    const isSame = JSON.stringify(personContent(before)) === JSON.stringify(personContent(person));
    return isSame || before.status === 'disabled' ? undefined : { before, person };
  }
  if (tied !== undefined || !mapping.addsPeople || memberships.length === 0) return undefined;
  const id = freeIdIn(db, tenant, login, claims);
  return {
    before: undefined,
    person: {
      ...{ id, name: textOf(claims, 'name') ?? id, status: 'active', memberships },
      ...{ humanId: null, superior: null, calendar: null },
    },
  };
};

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;

/** Their name at the provider where it is free here; it never makes anybody somebody who is there already. */
const freeIdIn = (db: Db, tenant: string, { issuer, subject }: Subject, claims: unknown): string => {
  const name = textOf(claims, 'preferred_username');
  const hash = createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('hex')
    .slice(0, 16);
  return name !== undefined && idPattern.test(name) && personRecordIn(db, tenant, name) === undefined
    ? name
    : `oidc-${hash}`;
};

const textOf = (claims: unknown, name: string): string | undefined => {
  const value = (claims as { [claim: string]: unknown })[name];
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 120) : undefined;
};
