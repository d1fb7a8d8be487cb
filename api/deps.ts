import type { Store } from '../db/open.ts';
import type { Vault } from '../db/vault/open-vault.ts';
import type { ClockProfile } from '../machines/kernel/clock-profile.ts';
import type { Cases } from './cases.ts';
import type { SignInSettings } from './sign-in/settings.ts';

/** A line of the process log: names and codes, never a value that somebody sent. */
export interface LogLine {
  level: 'info' | 'warn' | 'error';
  message: string;
  requestId?: string;
  code?: string;
  /** Function names and places of an error, without its message. */
  frames?: string[];
}

/** All that the API stands on. */
export interface ApiDeps {
  store: Store;
  vault: Vault;
  cases: Cases;
  /** The API's clock, epoch milliseconds. */
  now: () => number;
  /** A profile that shortens every clock, where demonstrations are allowed. */
  clockProfile?: ClockProfile;
  log: (line: LogLine) => void;
  /** How people sign in; default: the embedded default, with its demo people. */
  signIn?: SignInSettings;
  /** How messages and webhooks are; default: links to this computer, and no private address for a webhook. */
  messages?: MessageSettings;
  /** Aborted when the process is to end: streams close then. */
  stopping?: AbortSignal;
}

export interface MessageSettings {
  /** The web application's address, without a slash at its end. */
  publicUrl: string;
  /** Hosts, addresses and ranges that a webhook may lead to though they are private. */
  webhookAllow: readonly string[];
  /** A host's addresses; default: the system's. */
  resolveHost?: (host: string) => Promise<string[]>;
}
