import type { DBAdapterInstance } from 'better-auth/types';
import { asUnavailable, isBusy } from '../failure.ts';
import type { Store } from '../open.ts';
import { pauseBeforeRetry } from '../retry.ts';
import {
  signInAccounts,
  signInPasskeys,
  signInSessions,
  signInTwoFactors,
  signInUsers,
  signInVerifications,
} from '../schema/index.ts';

const tables = {
  user: signInUsers,
  session: signInSessions,
  account: signInAccounts,
  verification: signInVerifications,
  twoFactor: signInTwoFactors,
  passkey: signInPasskeys,
};

const waitMs = 5_000;

/**
 * The sign-in library's way to its own tables. Each of its calls is one statement, so one that finds the database
 * locked has done nothing and is made again, without blocking the event loop.
 */
export const signInAdapter = async (store: Store): Promise<DBAdapterInstance> => {
  const { drizzleAdapter } = await import('better-auth/adapters/drizzle');
  const instance = drizzleAdapter(store.db, { provider: 'sqlite', schema: tables, transaction: false });
  return (options) => {
    const adapter = instance(options);
    return Object.assign(
      adapter,
      Object.fromEntries(calls.map((name) => [name, patient(adapter[name] as Call)])),
    );
  };
};

const calls = [
  'create',
  'findOne',
  'findMany',
  'count',
  'update',
  'updateMany',
  'delete',
  'deleteMany',
  'consumeOne',
  'incrementOne',
] as const;

type Call = (...args: never[]) => Promise<unknown>;

const patient =
  (call: Call): Call =>
  async (...args) => {
    const untilMs = Date.now() + waitMs;
    for (;;) {
      try {
        return await call(...args);
      } catch (error) {
        if (!isBusy(error) || Date.now() >= untilMs) throw asUnavailable(error) ?? error;
      }
      await pauseBeforeRetry();
    }
  };
