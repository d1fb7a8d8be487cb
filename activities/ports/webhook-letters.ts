import { createHmac } from 'node:crypto';
import { effectName } from './effect-file.ts';
import type { Letters } from './letters.ts';
import { PortFailure } from './port-failure.ts';

export interface WebhookOptions {
  url: string;
  /** Key of the signature, as agreed with the receiver. */
  secret: string;
  timeoutMs?: number;
}

const asked = { port: 'letters', operation: 'send' };

/**
 * Posts each letter to one address, signed as Standard Webhooks says: `webhook-id` is the same for each try, so that
 * the receiver can tell a repeat. A redirect is never followed: it could lead inside the network.
 */
export const createWebhookLetters = ({ url, secret, timeoutMs = 10_000 }: WebhookOptions): Letters => ({
  send: async ({ effectId, tenant, caseId, template, to, from, owner }) => {
    const id = effectName(tenant, effectId);
    const body = JSON.stringify({
      type: 'letter.requested',
      data: {
        ...{ effectId, tenant, caseId, template, to },
        ...(from === undefined ? {} : { from }),
        ...(owner === undefined ? {} : { owner }),
      },
    });
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${signature}`,
      },
      body,
    }).catch((error: unknown) => {
      throw error instanceof Error && error.name === 'TimeoutError'
        ? new PortFailure(asked, 'PORT_TIMEOUT', 'no answer in time')
        : new PortFailure(asked, 'PORT_UNAVAILABLE', 'not reached');
    });
    await response.body?.cancel();
    const { status } = response;
    if (status >= 300 && status < 400) {
      throw new PortFailure(asked, 'PORT_REDIRECTED', 'sent elsewhere', status);
    }
    if (status >= 500 || status === 408 || status === 429) {
      throw new PortFailure(asked, 'PORT_UNAVAILABLE', 'cannot just now', status);
    }
    if (!response.ok) {
      throw new PortFailure(asked, 'PORT_REFUSED', 'refused', status);
    }
    return { letterId: id };
  },
});
