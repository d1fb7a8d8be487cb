import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { embeddedTenant } from '../api/embedded-tenant.ts';
import { openStore } from '../db/open.ts';
import { getPerson, listPeople } from '../db/own/people.ts';
import { issueToken } from '../db/own/tokens.ts';
import { CommandError } from './command-error.ts';
import { loadSettings, type Settings } from './settings.ts';

const validMs = 30 * 86_400_000;
const usageErrorCode = 2;

/** `caseloom token PERSON`: prints a bearer token for a demo person, and nothing else. */
export function tokenCommand(): Command {
  return new Command()
    .description(
      'Prints a bearer token for a demo person, valid for 30 days. Demo people carry their role as their id: agent,\n' +
        'adjuster, lead, manager, handler, complaints-manager, auditor, …; further ones of a role: adjuster-2, …',
    )
    .argument('<person>', 'id of the person')
    .action(async (person: string) => {
      process.stdout.write(`${await mintToken(loadSettings(), person)}\n`);
    });
}

/**
 * A new token for a person of the embedded default. @throws CommandError for somebody unknown, and where people sign
 * in for real
 */
export async function mintToken(
  { home, signIn }: Pick<Settings, 'home' | 'signIn'>,
  personId: string,
): Promise<string> {
  if (signIn.mode !== 'demo') {
    throw new CommandError(
      `People sign in for real here (signIn.mode: ${signIn.mode}), so no token is printed. Programs use a service key: ` +
        'caseloom service-key create --help',
    );
  }
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const store = await openStore({ file: join(home, 'caseloom.db') });
  try {
    if (!(await getPerson(store, embeddedTenant, personId))) {
      // The API seeds the demo people when it starts; a token may be asked for before.
      const { seedEmbedded } = await import('../api/seed.ts');
      await seedEmbedded(store);
    }
    const person = await getPerson(store, embeddedTenant, personId);
    if (person?.status !== 'active') {
      const known = (await listPeople(store, embeddedTenant)).map(({ id }) => id).join(', ');
      throw new CommandError(`There is no person "${personId}". Known: ${known}.`, usageErrorCode);
    }
    return await issueToken(store, { tenant: embeddedTenant, personId, ttlMs: validMs });
  } finally {
    await store.close();
  }
}
