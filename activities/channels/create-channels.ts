import type { Channels } from './channel.ts';
import { createDingTalkChannel } from './dingtalk.ts';
import { createEmailChannel } from './email.ts';
import { createSmsChannel } from './sms.ts';
import { createWeComChannel } from './wecom.ts';

/** A channel is set up by half, or wrongly. It names the variable, never its value. */
export class ChannelSettingsError extends Error {
  readonly code = 'CHANNEL_SETTINGS';
  constructor(variable: string, problem: string) {
    super(`${variable}: ${problem}`);
    this.name = 'ChannelSettingsError';
  }
}

/**
 * The channels that the environment names: CASELOOM_SMTP_URL with CASELOOM_MAIL_FROM, CASELOOM_SMS_URL with
 * CASELOOM_SMS_SECRET, CASELOOM_DINGTALK_URL with CASELOOM_DINGTALK_SECRET, CASELOOM_WECOM_URL. None is needed: messages
 * are then read in the application.
 * @throws ChannelSettingsError
 */
export const channelsFrom = (env: NodeJS.ProcessEnv): Channels => {
  const url = (variable: string, protocols: string[]): string | undefined => {
    const text = env[variable];
    if (!text) {
      return undefined;
    }
    if (!URL.canParse(text) || !protocols.includes(new URL(text).protocol)) {
      throw new ChannelSettingsError(variable, `must be a URL of ${protocols.join(' or ')}`);
    }
    return text;
  };
  const beside = (variable: string, name: string): string => {
    const text = env[name];
    if (!text) {
      throw new ChannelSettingsError(name, `is needed beside ${variable}`);
    }
    return text;
  };
  const web = ['https:', 'http:'];
  const smtp = url('CASELOOM_SMTP_URL', ['smtp:', 'smtps:']);
  const sms = url('CASELOOM_SMS_URL', web);
  const dingtalk = url('CASELOOM_DINGTALK_URL', web);
  const wecom = url('CASELOOM_WECOM_URL', web);
  return {
    ...(smtp === undefined
      ? {}
      : {
          email: createEmailChannel({ url: smtp, from: beside('CASELOOM_SMTP_URL', 'CASELOOM_MAIL_FROM') }),
        }),
    ...(sms === undefined
      ? {}
      : { sms: createSmsChannel({ url: sms, secret: beside('CASELOOM_SMS_URL', 'CASELOOM_SMS_SECRET') }) }),
    ...(dingtalk === undefined
      ? {}
      : {
          dingtalk: createDingTalkChannel({
            url: dingtalk,
            secret: beside('CASELOOM_DINGTALK_URL', 'CASELOOM_DINGTALK_SECRET'),
          }),
        }),
    ...(wecom === undefined ? {} : { wecom: createWeComChannel({ url: wecom }) }),
  };
};
