import { Command } from 'commander';
import { embeddedTenant } from '../api/embedded-tenant.ts';
import { allScopes } from '../api/sign-in/scopes.ts';
import type { Store } from '../db/open.ts';
import {
  createServiceKey,
  listServiceKeys,
  revokeServiceKey,
  type ServiceKey,
} from '../db/own/service-keys.ts';
import { CommandError } from './command-error.ts';
import { operatorId, withStore } from './people.ts';

const usageErrorCode = 2;
const dayMs = 86_400_000;
const daysMax = 366;
const nameCharsMax = 80;

/** `caseloom service-key create|list|revoke`: the keys of programs, straight in the store. */
export function serviceKeyCommand(): Command {
  const command = new Command().description(
    'Makes, lists and revokes the keys with which programs call the API (`Authorization: Bearer …`).',
  );
  command
    .command('create')
    .description(`print a new key, this once, and nothing else. Scopes: ${allScopes.join(', ')}`)
    .requiredOption('--name <name>', 'what the program is')
    .requiredOption('--roles <roles>', 'roles that it acts with, separated by commas', commaSeparated)
    .requiredOption('--scopes <scopes>', 'what it may call, separated by commas', commaSeparated)
    .option('--days <days>', `how long it holds, at most ${daysMax}`, Number, 90)
    .action(async (options: Wanted) => {
      process.stdout.write(`${await withStore((store) => create(store, options))}\n`);
    });
  command
    .command('list')
    .description('all keys, also those that hold no more; never their text')
    .option('--json', 'print one object')
    .action(async ({ json }: { json?: boolean }) => {
      const keys = await withStore(allKeys);
      const lines = keys.map((key) => `${lineOf(key, Date.now())}\n`);
      process.stdout.write(json ? `${JSON.stringify(keys)}\n` : lines.join(''));
    });
  command
    .command('revoke')
    .description('take a key back, from the next request on')
    .argument('<key-id>', 'its id, as the list shows it')
    .action(async (keyId: string) => {
      const by = { actorId: operatorId, atMs: Date.now() };
      const revoked = await withStore((store) => revokeServiceKey(store, embeddedTenant, keyId, by));
      if (!revoked) throw new CommandError(`There is no key "${keyId}".`, usageErrorCode);
      process.stdout.write(`${keyId} revoked\n`);
    });
  return command;
}

interface Wanted {
  name: string;
  roles: string[];
  scopes: string[];
  days: number;
}

const commaSeparated = (text: string): string[] => text.split(',').map((each) => each.trim());

const create = async (store: Store, { name, roles, scopes, days }: Wanted): Promise<string> => {
  const unknown = scopes.find((scope) => !allScopes.includes(scope));
  if (unknown !== undefined) {
    throw new CommandError(`"${unknown}" is no scope. Known: ${allScopes.join(', ')}.`, usageErrorCode);
  }
  if (!(days > 0 && days <= daysMax)) {
    throw new CommandError(`--days: between 0 and ${daysMax}.`, usageErrorCode);
  }
  if (name === '' || name.length > nameCharsMax) {
    throw new CommandError(`--name: 1 to ${nameCharsMax} characters.`, usageErrorCode);
  }
  const atMs = Date.now();
  const by = { actorId: operatorId, humanId: operatorId, atMs };
  const wanted = { name, roles, scopes, expiresAtMs: atMs + days * dayMs };
  const made = await createServiceKey(store, embeddedTenant, wanted, by);
  if ('unknownRoles' in made) {
    throw new CommandError(`There is no role "${made.unknownRoles.join('", "')}".`, usageErrorCode);
  }
  return made.key;
};

const allKeys = async (store: Store): Promise<ServiceKey[]> => {
  const keys: ServiceKey[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await listServiceKeys(store, { tenant: embeddedTenant, limit: 200, cursor });
    keys.push(...page.items);
    if (page.next === null) return keys;
    cursor = page.next;
  }
};

const lineOf = (
  { keyId, name, roles, scopes, expiresAtMs, revokedAtMs }: ServiceKey,
  nowMs: number,
): string => {
  const until = new Date(expiresAtMs).toISOString().slice(0, 10);
  const state = revokedAtMs !== null ? 'revoked' : expiresAtMs <= nowMs ? 'expired' : `until ${until}`;
  return `${keyId}  ${state.padEnd(16)}  ${name}  roles ${roles.join(',')}  scopes ${scopes.join(',')}`;
};
