import { isPlainObject } from '../kernel/canonical-json.ts';
import type { Membership } from './organisation.ts';

/** What people hold by the groups that their identity provider says they are in. */
export interface OidcGroups {
  /** The claim of its tokens that lists them. */
  claim: string;
  /** Whether somebody unknown who is in one of these groups becomes a person here by signing in. */
  addsPeople: boolean;
  groups: { [group: string]: { roles: string[]; departments: string[] } };
}

/** What is wrong with such a mapping; nothing where it may be used. */
export const oidcGroupProblems = (
  { claim, groups }: OidcGroups,
  known: { role: (id: string) => boolean; department: (id: string) => boolean },
): { pointer: string; message: string }[] => [
  ...(claim === '' ? [{ pointer: '/claim', message: 'is empty' }] : []),
  ...(Object.keys(groups).length === 0 ? [{ pointer: '/groups', message: 'names no group' }] : []),
  ...Object.entries(groups).flatMap(([group, { roles, departments }]) => [
    ...(roles.length + departments.length === 0
      ? [{ pointer: `/groups/${group}`, message: 'gives neither a role nor a department' }]
      : []),
    ...roles
      .filter((id) => !known.role(id))
      .map((id) => ({ pointer: `/groups/${group}/roles`, message: `there is no role ${id}` })),
    ...departments
      .filter((id) => !known.department(id))
      .map((id) => ({ pointer: `/groups/${group}/departments`, message: `there is no department ${id}` })),
  ]),
];

/** The groups that a token's claims list; undefined where they say nothing of them: that takes nothing away. */
export const groupsIn = (claims: unknown, { claim }: OidcGroups): string[] | undefined => {
  const value = isPlainObject(claims) && Object.hasOwn(claims, claim) ? claims[claim] : undefined;
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : undefined;
};

/**
 * What somebody holds who is in these groups: the roles and departments that the mapping gives, no other of those that it
 * names, and all else as it was.
 */
export const membershipsByGroups = (
  memberships: readonly Membership[],
  held: readonly string[],
  { groups }: OidcGroups,
): Membership[] => {
  const given = Object.entries(groups)
    .filter(([group]) => held.includes(group))
    .flatMap(([, gives]) => pairsOf(gives));
  const governed = Object.values(groups).flatMap(pairsOf);
  const isOf = (pairs: Pair[], { kind, name }: Pick<Membership, 'kind' | 'name'>): boolean =>
    pairs.some((pair) => pair.kind === kind && pair.name === name);
  const kept = memberships.filter((each) => !isOf(governed, each));
  const named = new Set(given.map(({ kind, name }) => JSON.stringify([kind, name])));
  const gained = [...named].map((key): Membership => {
    const [kind, name] = JSON.parse(key) as [Pair['kind'], string];
    return { kind, name, fromMs: null, untilMs: null };
  });
  return [...kept, ...gained];
};

interface Pair {
  kind: 'role' | 'department';
  name: string;
}

const pairsOf = ({ roles, departments }: OidcGroups['groups'][string]): Pair[] => [
  ...roles.map((name) => ({ kind: 'role' as const, name })),
  ...departments.map((name) => ({ kind: 'department' as const, name })),
];
