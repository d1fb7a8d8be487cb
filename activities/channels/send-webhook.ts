import { and, eq } from 'drizzle-orm';
import type { Store } from '../../db/open.ts';
import type { ChannelDelivery } from '../../db/own/notifications-deliveries.ts';
import { webhookIn, webhookSecret } from '../../db/own/notifications-webhooks.ts';
import { entriesOf, getCase } from '../../db/read/get-case.ts';
import { logLeaves } from '../../db/schema/index.ts';
import type { Vault } from '../../db/vault/open-vault.ts';
import { caseEvent } from '../../machines/notification/case-event.ts';
import { PortFailure } from '../ports/port-failure.ts';
import { askedOf } from './channel.ts';
import { type GuardOptions, guardedPost } from './guarded-post.ts';
import { signatureHeaders } from './standard-webhook.ts';

const asked = askedOf('webhook');

/**
 * Sends one entry of the log to a webhook: a CloudEvents 1.0 event in JSON, signed as Standard Webhooks says, with the
 * same id for each try. Anything but a 2xx is tried again, except a redirect and 410, which are final.
 * @throws PortFailure
 */
export const sendWebhook = async (
  { store, vault, guard }: { store: Store; vault: Vault; guard: GuardOptions },
  { tenant, webhookId, logIndex, deliveryId }: ChannelDelivery,
  nowMs: number,
): Promise<void> => {
  const webhook = await store.read((db) => webhookIn(db, tenant, webhookId));
  const event = await eventAt(store, tenant, logIndex);
  if (webhook?.status !== 'active' || !event) {
    throw new PortFailure(asked, 'PORT_REFUSED', 'the webhook is not in use any more');
  }
  const { generation, previousUntilMs } = webhook;
  const generations =
    previousUntilMs !== null && nowMs < previousUntilMs ? [generation, generation - 1] : [generation];
  const body = JSON.stringify(event);
  const signature = signatureHeaders(
    { id: deliveryId, timestampS: Math.floor(nowMs / 1000), body },
    generations.map((each) => webhookSecret(vault, { tenant, webhookId, generation: each })),
  );
  const headers = { 'content-type': 'application/cloudevents+json; charset=utf-8', ...signature };
  const status = await guardedPost(webhook.url, { body, headers }, guard);
  if (status >= 300 && status < 400) {
    throw new PortFailure(asked, 'PORT_REDIRECTED', 'sent elsewhere', status);
  }
  if (status === 410) {
    throw new PortFailure(asked, 'PORT_REFUSED', 'gone', status);
  }
  if (status < 200 || status >= 300) {
    throw new PortFailure(asked, 'PORT_UNAVAILABLE', 'not taken', status);
  }
};

const eventAt = async (store: Store, tenant: string, logIndex: number) => {
  const place = await store.read((db) =>
    db
      .select()
      .from(logLeaves)
      .where(and(eq(logLeaves.tenant, tenant), eq(logLeaves.index, logIndex)))
      .get(),
  );
  if (place?.kind !== 'entry') {
    return undefined;
  }
  const { caseId, number } = place;
  const [entry] = await entriesOf(store, { tenant, caseId, afterSeq: number - 1, limit: 1 });
  const row = await getCase(store, { tenant, caseId });
  return (
    row &&
    entry &&
    caseEvent(tenant, entry.at, {
      ...{ caseId, number: row.number, kind: row.kind, definition: row.definitionId },
      ...{ seq: entry.seq, type: entry.type, logIndex },
    })
  );
};
