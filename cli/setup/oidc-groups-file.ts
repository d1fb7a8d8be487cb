import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import type { Store } from '../../db/open.ts';
import { knownIn } from '../../db/own/known-people.ts';
import { type OidcGroups, oidcGroupProblems } from '../../machines/people/oidc-groups.ts';
import { CommandError } from '../command-error.ts';

const usageErrorCode = 2;
const names = z.array(z.string().min(1).max(80)).max(50).default([]);

const OidcGroupsFile = z.strictObject({
  claim: z.string().min(1).max(200).default('groups'),
  addsPeople: z.boolean().default(true),
  groups: z.record(z.string().min(1).max(200), z.strictObject({ roles: names, departments: names })),
});

/**
 * The mapping of groups in a JSON file: `{"claim", "addsPeople", "groups": {GROUP: {"roles", "departments"}}}`.
 * @throws CommandError naming each thing that is wrong
 */
export const readOidcGroups = async (store: Store, file: string): Promise<OidcGroups> => {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CommandError(`${file}: ${(error as Error).message}`, usageErrorCode);
  }
  const read = OidcGroupsFile.safeParse(value);
  if (!read.success) {
    const lines = read.error.issues.map(({ path, message }) => `${file}#/${path.join('/')}: ${message}`);
    throw new CommandError(lines.join('\n'), usageErrorCode);
  }
  const problems = await store.read((db) => {
    const { role, department } = knownIn(db, embeddedTenant);
    return oidcGroupProblems(read.data, { role, department: (id) => department(id)?.status === 'active' });
  });
  if (problems.length > 0) {
    const lines = problems.map(({ pointer, message }) => `${file}#${pointer}: ${message}`);
    throw new CommandError(lines.join('\n'), usageErrorCode);
  }
  return read.data;
};
