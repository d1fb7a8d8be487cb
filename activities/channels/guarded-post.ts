import { lookup } from 'node:dns/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { hostOf, mayConnect, webhookUrlProblem } from '../../machines/notification/public-address.ts';
import { PortFailure } from '../ports/port-failure.ts';
import { askedOf, tryMsMax } from './channel.ts';

export interface ResolvedAddress {
  address: string;
  family: number;
}

export interface GuardOptions {
  /** Hosts, addresses and ranges that may be private. */
  allow: readonly string[];
  /** Default: the system's. */
  resolve?: (host: string) => Promise<ResolvedAddress[]>;
  timeoutMs?: number;
}

const asked = askedOf('webhook');
const systemResolve = (host: string): Promise<ResolvedAddress[]> => lookup(host, { all: true });

/**
 * Posts to an address that somebody registered, and gives the answer's status. It never reaches into a private network:
 * what the host resolves to is judged by the very lookup that the connection is made with, so that a name which resolves
 * differently a moment later gains nothing. Redirects are not followed, and the answer's body is not read.
 * @throws PortFailure
 */
export const guardedPost = async (
  url: string,
  { body, headers }: { body: string; headers: Record<string, string> },
  { allow, resolve = systemResolve, timeoutMs = tryMsMax }: GuardOptions,
): Promise<number> => {
  if (webhookUrlProblem(url, allow) !== undefined) {
    throw new PortFailure(asked, 'PORT_ADDRESS_REFUSED', 'the address is not allowed');
  }
  const target = new URL(url);
  const host = hostOf(target);
  const guarded: LookupFunction = (_host, options, answer) => {
    resolve(host).then(
      (found) => {
        const [first] = found;
        if (!first || !found.every(({ address }) => mayConnect(address, host, allow))) {
          answer(new AddressRefused(), '', 4);
        } else if (options.all) {
          answer(null, found);
        } else {
          answer(null, first.address, first.family);
        }
      },
      (error: NodeJS.ErrnoException) => answer(error, '', 4),
    );
  };
  const signal = AbortSignal.timeout(timeoutMs);
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((settle, fail) => {
    const request = send(
      target,
      {
        method: 'POST',
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        lookup: guarded,
        // A connection of its own: one kept alive would have been judged for another moment.
        agent: false,
        signal,
      },
      (response) => {
        response.destroy();
        settle(response.statusCode ?? 0);
      },
    );
    request.on('error', (error) => {
      fail(failureOf(error, signal.aborted));
    });
    request.end(body);
  });
};

class AddressRefused extends Error {}

const failureOf = (error: Error, timedOut: boolean): PortFailure => {
  if (error instanceof AddressRefused) {
    return new PortFailure(asked, 'PORT_ADDRESS_REFUSED', 'the host leads into a private network');
  }
  return timedOut
    ? new PortFailure(asked, 'PORT_TIMEOUT', 'no answer in time')
    : new PortFailure(asked, 'PORT_UNAVAILABLE', 'not reached');
};
