import { createHmac } from 'node:crypto';
import { askedOf, type Channel } from './channel.ts';
import { postJson, requireErrcode0 } from './post-json.ts';

export interface DingTalkOptions {
  /** The robot's address, with its `access_token`. */
  url: string;
  /** Of the robot's security setting “加签”. */
  secret: string;
  /** Epoch milliseconds. */
  now?: () => number;
}

/** System busy; sent too fast. */
const later = [-1, 130101, 410100];

/**
 * A message by a DingTalk robot that mentions the person: `sign` is the HMAC-SHA256, in base64, of the timestamp in
 * milliseconds, a line end and the secret.
 */
export const createDingTalkChannel =
  ({ url, secret, now = Date.now }: DingTalkOptions): Channel =>
  async ({ address, short }) => {
    const timestamp = String(now());
    const signed = new URL(url);
    signed.searchParams.set('timestamp', timestamp);
    signed.searchParams.set(
      'sign',
      createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64'),
    );
    const isMobile = /^\+?\d[\d-]{5,}$/.test(address);
    const body = JSON.stringify({
      msgtype: 'text',
      text: { content: `@${address} ${short}` },
      at: { ...(isMobile ? { atMobiles: [address] } : { atUserIds: [address] }), isAtAll: false },
    });
    const asked = askedOf('dingtalk');
    requireErrcode0(await postJson(signed.href, { body }, asked), later, asked);
  };
