import type { Context } from 'hono';
import type { AppEnv } from '../env.ts';
import type { SignInSettings } from './settings.ts';

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

const hostnameOf = (host: string): string => host.replace(/:\d+$/, '');

/** Whether the browser has asked for this machine by a name that is always this machine: no other site's name is. */
export const isLoopback = (c: Context<AppEnv>): boolean =>
  loopbackNames.includes(hostnameOf(c.req.header('host') ?? new URL(c.req.url).host));

/**
 * Whether a request that changes something was sent by our own page. Browsers say where a request comes from, and no
 * page can make them say otherwise; a request that does not say is not taken.
 */
export const isSameOrigin = (c: Context<AppEnv>, { origin, mode }: SignInSettings): boolean => {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const from = c.req.header('origin');
  if (from === undefined) return false;
  if (from === origin) return true;
  // The embedded default is also asked for as 127.0.0.1.
  const host = c.req.header('host') ?? new URL(c.req.url).host;
  return mode === 'demo' && isLoopback(c) && from === `http://${host}`;
};
