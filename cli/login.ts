import { Command } from 'commander';
import { embeddedTenant } from '../api/embedded-tenant.ts';
import { invitationAddress, invitationTtlMs } from '../api/sign-in/login-routes.ts';
import { invite } from '../db/own/invitations.ts';
import { addLogin, loginsOf, removeLogins } from '../db/own/logins.ts';
import { CommandError } from './command-error.ts';
import { operatorId, withStore } from './people.ts';
import { loadSettings } from './settings.ts';

const usageErrorCode = 2;

/** `caseloom login invite|add|list|remove`: who signs in as whom, straight in the store; for the first people. */
export function loginCommand(): Command {
  const command = new Command().description(
    'Says who signs in as whom. The first administrator gets their login here, others over the API.',
  );
  const by = () => ({ actorId: operatorId, atMs: Date.now() });
  command
    .command('invite')
    .description('print the address where a person chooses a password, within a day')
    .argument('<person>', 'id of the person')
    .requiredOption('--email <address>', 'the address that they sign in with')
    .action(async (personId: string, { email }: { email: string }) => {
      const { signIn } = loadSettings();
      if (signIn.mode === 'oidc') {
        throw new CommandError(
          'People sign in at the identity provider (signIn.mode: oidc): use `login add`.',
        );
      }
      if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) {
        throw new CommandError('--email: this is no address.', usageErrorCode);
      }
      const given = { personId, email, ttlMs: invitationTtlMs };
      const code = await withStore((store) => invite(store, embeddedTenant, given, by()));
      if (code === undefined) throw noSuchPerson(personId);
      process.stdout.write(`${invitationAddress(signIn.origin, code)}\n`);
    });
  command
    .command('add')
    .description("tie an identity provider's subject to a person")
    .argument('<person>', 'id of the person')
    .requiredOption('--issuer <url>', "the provider's issuer, exactly as its tokens say it")
    .requiredOption('--subject <sub>', "the provider's own name for the person (`sub`)")
    .action(async (personId: string, { issuer, subject }: { issuer: string; subject: string }) => {
      const login = { issuer, subject, personId };
      const added = await withStore((store) => addLogin(store, embeddedTenant, login, by()));
      if ('refused' in added) {
        throw added.refused === 'missing'
          ? noSuchPerson(personId)
          : new CommandError('This subject is somebody else already.');
      }
      process.stdout.write(`${personId} signs in from ${issuer}\n`);
    });
  command
    .command('list')
    .description('what a person signs in with')
    .argument('<person>', 'id of the person')
    .action(async (personId: string) => {
      const logins = await withStore((store) => loginsOf(store, embeddedTenant, personId));
      process.stdout.write(logins.map(({ issuer, subject }) => `${issuer}  ${subject}\n`).join(''));
    });
  command
    .command('remove')
    .description("take a person's logins of an issuer away, and end their sessions")
    .argument('<person>', 'id of the person')
    .requiredOption('--issuer <url>', 'the issuer; `local` for a password')
    .action(async (personId: string, { issuer }: { issuer: string }) => {
      const which = { personId, issuer };
      const removed = await withStore((store) => removeLogins(store, embeddedTenant, which, by()));
      process.stdout.write(`${removed} removed\n`);
    });
  return command;
}

const noSuchPerson = (personId: string): CommandError =>
  new CommandError(`There is no person "${personId}" who is active.`, usageErrorCode);
