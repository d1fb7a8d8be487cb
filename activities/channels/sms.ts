import { askedOf, type Channel } from './channel.ts';
import { postJson } from './post-json.ts';
import { signatureHeaders } from './standard-webhook.ts';

export interface SmsOptions {
  url: string;
  /** `whsec_` and the key in base64, as agreed with the gateway. */
  secret: string;
  now?: () => number;
}

/** An SMS by a gateway: `{id, to, text}`, signed as Standard Webhooks says, with the same id for each try. */
export const createSmsChannel =
  ({ url, secret, now = Date.now }: SmsOptions): Channel =>
  async ({ deliveryId, address, short }) => {
    const body = JSON.stringify({ id: deliveryId, to: address, text: short });
    const timestampS = Math.floor(now() / 1000);
    const headers = signatureHeaders({ id: deliveryId, timestampS, body }, [secret]);
    await postJson(url, { body, headers }, askedOf('sms'));
  };
