import type { MessageSettings } from '../api/deps.ts';

/**
 * How messages and webhooks are: CASELOOM_PUBLIC_URL is the web application's address for links (default: this
 * computer's), CASELOOM_WEBHOOK_ALLOW a list, joined by commas, of hosts, addresses and ranges that a webhook may lead to
 * though they are private.
 */
export const messageSettingsFrom = (
  env: NodeJS.ProcessEnv,
  http: { host: string; port: number },
): MessageSettings => ({
  publicUrl: (env.CASELOOM_PUBLIC_URL || `http://${http.host}:${http.port}`).replace(/\/+$/, ''),
  webhookAllow: (env.CASELOOM_WEBHOOK_ALLOW ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== ''),
});
