import { createHmac } from 'node:crypto';

export interface SignedMessage {
  id: string;
  /** Unix seconds. */
  timestampS: number;
  body: string;
}

/**
 * The headers of Standard Webhooks 1.0.0: HMAC-SHA256 over `id.timestamp.body`, one signature for each secret, so that a
 * receiver may have the new one or the one before.
 *
 * @param secrets each `whsec_` and the key in base64
 */
export const signatureHeaders = (
  { id, timestampS, body }: SignedMessage,
  secrets: readonly string[],
): Record<string, string> => ({
  'webhook-id': id,
  'webhook-timestamp': String(timestampS),
  'webhook-signature': secrets
    .map((secret) => {
      const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
      return `v1,${createHmac('sha256', key).update(`${id}.${timestampS}.${body}`).digest('base64')}`;
    })
    .join(' '),
});
