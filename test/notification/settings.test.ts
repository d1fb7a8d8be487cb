import { expect, test } from 'vitest';
import { channelsFrom } from '../../activities/channels/create-channels.ts';
import { approvalLinkMsFrom, messageSettingsFrom } from '../../cli/message-settings.ts';

test('channels are those that the environment sets up; none is needed', () => {
  expect(Object.keys(channelsFrom({}))).toEqual([]);
  const env = {
    ...{ CASELOOM_SMTP_URL: 'smtps://u:p@mail.example:465', CASELOOM_MAIL_FROM: 'c@insurer.example' },
    ...{ CASELOOM_SMS_URL: 'https://sms.example/', CASELOOM_SMS_SECRET: 'whsec_AAAA' },
    ...{
      CASELOOM_DINGTALK_URL: 'https://oapi.example/robot/send?access_token=t',
      CASELOOM_DINGTALK_SECRET: 'SEC',
    },
    CASELOOM_WECOM_URL: 'https://qyapi.example/send?key=k',
  };
  expect(Object.keys(channelsFrom(env)).toSorted()).toEqual(['dingtalk', 'email', 'sms', 'wecom']);
});

test.each([
  [{ CASELOOM_SMTP_URL: 'smtp://mail.example' }, 'CASELOOM_MAIL_FROM: is needed beside CASELOOM_SMTP_URL'],
  [
    { CASELOOM_SMTP_URL: 'https://mail.example', CASELOOM_MAIL_FROM: 'x' },
    'CASELOOM_SMTP_URL: must be a URL of smtp',
  ],
  [{ CASELOOM_SMS_URL: 'sms' }, 'CASELOOM_SMS_URL: must be a URL'],
  [{ CASELOOM_DINGTALK_URL: 'https://oapi.example/' }, 'CASELOOM_DINGTALK_SECRET: is needed'],
])('what is set up by half is refused by its name (%#)', (env, message) => {
  expect(() => channelsFrom(env)).toThrow(message);
});

test('links lead to this computer and no webhook into a private network, unless the settings say otherwise', () => {
  const http = { host: '127.0.0.1', port: 3000 };
  expect(messageSettingsFrom({}, http)).toEqual({ publicUrl: 'http://127.0.0.1:3000', webhookAllow: [] });
  const env = {
    CASELOOM_PUBLIC_URL: 'https://cases.example/',
    CASELOOM_WEBHOOK_ALLOW: '10.0.0.0/8, hooks.internal',
  };
  expect(messageSettingsFrom(env, http)).toEqual({
    publicUrl: 'https://cases.example',
    webhookAllow: ['10.0.0.0/8', 'hooks.internal'],
  });
});

test('a link to a decision is good for three days, unless the settings say another whole number of hours', () => {
  const of = (text: string | undefined) => () =>
    approvalLinkMsFrom(text === undefined ? {} : { CASELOOM_APPROVAL_LINK_HOURS: text });
  expect(of(undefined)()).toBe(72 * 3_600_000);
  expect(of('16')()).toBe(16 * 3_600_000);
  for (const wrong of ['0', '721', '1.5', 'soon', '-1']) {
    expect(of(wrong)).toThrow('CASELOOM_APPROVAL_LINK_HOURS: must be a whole number of hours');
  }
});
