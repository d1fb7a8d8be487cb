import { lookup } from 'node:dns/promises';
import {
  addressBytes,
  hostOf,
  mayConnect,
  webhookUrlProblem,
} from '../machines/notification/public-address.ts';
import type { MessageSettings } from './deps.ts';
import { Condition } from './problem.ts';

const systemResolve = async (host: string): Promise<string[]> =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/**
 * Refuses an address that leads into a private network, now. What the host resolves to later is judged again each time
 * something is sent.
 * @throws Condition
 */
export const requirePublicAddress = async (
  url: string,
  { webhookAllow, resolveHost = systemResolve }: Pick<MessageSettings, 'webhookAllow' | 'resolveHost'>,
): Promise<void> => {
  const refuse = (message: string): never => {
    throw new Condition('INPUT_INVALID', 'Events cannot be sent to this address.', {
      errors: [{ pointer: '/url', message }],
    });
  };
  const problem = webhookUrlProblem(url, webhookAllow);
  if (problem !== undefined) {
    return refuse(problem);
  }
  const host = hostOf(new URL(url));
  if (addressBytes(host) !== undefined) {
    return;
  }
  const addresses = await resolveHost(host).catch(() => []);
  if (addresses.length === 0) {
    return refuse('has a host that cannot be found');
  }
  if (!addresses.every((address) => mayConnect(address, host, webhookAllow))) {
    return refuse('leads into a private network');
  }
};
