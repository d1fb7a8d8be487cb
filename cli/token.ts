import { Command } from 'commander';
import { embeddedTenant } from '../api/embedded-tenant.ts';
import { issueToken } from '../db/own/tokens.ts';
import { requireDemo, withDemoPerson } from './demo/demo-person.ts';
import { loadSettings, type Settings } from './settings.ts';

const validMs = 30 * 86_400_000;

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
export const mintToken = async (
  settings: Pick<Settings, 'home' | 'signIn'>,
  personId: string,
): Promise<string> => {
  requireDemo(
    settings,
    'no token is printed. Programs use a service key: caseloom service-key create --help',
  );
  return withDemoPerson(settings, personId, ({ store }) =>
    issueToken(store, { tenant: embeddedTenant, personId, ttlMs: validMs }),
  );
};
