import type { MessageSettings } from '../api/deps.ts';
import { SettingsError } from './temporal-file.ts';

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

const hourMs = 3_600_000;
const hoursMax = 720;

/**
 * How long a link to a decision is good, from CASELOOM_APPROVAL_LINK_HOURS: 1 to 720 hours, default 72.
 * @throws SettingsError
 */
export const approvalLinkMsFrom = ({ CASELOOM_APPROVAL_LINK_HOURS: text }: NodeJS.ProcessEnv): number => {
  const hours = text === undefined || text === '' ? 72 : Number(text);
  if (!Number.isInteger(hours) || hours < 1 || hours > hoursMax) {
    throw new SettingsError(
      `CASELOOM_APPROVAL_LINK_HOURS: must be a whole number of hours from 1 to ${hoursMax}`,
    );
  }
  return hours * hourMs;
};
