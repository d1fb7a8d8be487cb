import type { Context } from 'hono';
import { appendRecord } from '../../db/own/append-record.ts';
import { countTry, type TryLimit, waitBeforeTry } from '../../db/own/sign-in-tries.ts';
import { signInNameOf } from '../../db/vault/sign-in-secret.ts';
import { embeddedTenant } from '../embedded-tenant.ts';
import type { AppEnv } from '../env.ts';
import { Condition } from '../problem.ts';
import type { SignInCode } from '../problem-codes.ts';
import type { Services } from '../services.ts';

/** Who a record names where nobody is known. */
export const nobody = 'nobody';

/** Failures of one address, whoever is meant. Many people may share one, and mistype: that many in a quarter of an hour. */
const addressLimit: TryLimit = { free: 100, waitMs: 60_000, waitMsMax: 15 * 60_000, forgetEachMs: 9_000 };

/** Where the request comes from: as the proxy saw it, where one is set up; else a header may say anything. */
const addressOf = ({ signIn: { addressHeader } }: Services, c: Context<AppEnv>): string => {
  const connection = c.env?.incoming?.socket.remoteAddress ?? 'in process';
  // What the nearest proxy has added stands last; what is before it came with the request.
  const seen =
    addressHeader === undefined ? '' : (c.req.header(addressHeader)?.split(',').at(-1)?.trim() ?? '');
  return seen === '' ? connection : seen;
};

const addressName = (services: Services, c: Context<AppEnv>): string =>
  signInNameOf(services.vault, 'address', addressOf(services, c));

/** A credential that was shown and not taken. */
export interface Failure {
  method: string;
  code: SignInCode;
  /** One word more than the code says. */
  reason?: string;
  /** Whom it was about, where that is known; default: the address it came from. */
  subject?: { kind: 'person' | 'login' | 'service-key'; id: string };
  tenant?: string;
}

/**
 * Records a failed sign-in. After a hundred from one address they are neither judged nor recorded for a while.
 * @throws Condition for one too many
 */
export const recordFailure = async (
  services: Services,
  c: Context<AppEnv>,
  { method, code, reason, subject, tenant = embeddedTenant }: Failure,
): Promise<void> => {
  const { store, now } = services;
  const address = addressName(services, c);
  const key = `address:${address}`;
  const tried = await countTry(store, embeddedTenant, { key, limit: addressLimit, nowMs: now() });
  if (tried.retryAfterMs > 0) throw tooMany(tried.retryAfterMs);
  await appendRecord(store, tenant, {
    at: new Date(now()).toISOString(),
    actorId: nobody,
    type: 'sign-in.failed',
    subject: subject ?? { kind: 'address', id: address },
    detail: {
      ...{ method, code, address, requestId: c.get('requestId') },
      ...(reason === undefined ? {} : { reason }),
    },
  });
};

/** @throws Condition where too many from this address have failed */
export const requireCalmAddress = async (services: Services, c: Context<AppEnv>): Promise<void> => {
  const key = `address:${addressName(services, c)}`;
  const waitMs = await waitBeforeTry(services.store, embeddedTenant, key, services.now());
  if (waitMs > 0) throw tooMany(waitMs);
};

export const tooMany = (waitMs: number): Condition =>
  new Condition('TOO_MANY_TRIES', 'Too many tries have failed; this one was not looked at.', {
    retryAfterS: Math.ceil(waitMs / 1000),
  });
