import type { Store } from '../db/open.ts';
import { readSetting } from '../db/own/tenant-settings.ts';
import { type OutboxRow, settleDelivery } from '../db/write/outbox.ts';
import type { Letters } from './ports/letters.ts';
import { PortFailure } from './ports/port-failure.ts';

/** Tries that one message gets. */
export const deliveryAttemptsMax = 12;

const firstDelayMs = 1_000;
const delayMsMax = 600_000;

/**
 * Delivers one message of the outbox and writes down how that went. At least once: the receiver knows a repeat by the
 * effect's id.
 */
export const createDeliver =
  (store: Store, letters: Letters) =>
  async ({ tenant, effectId, caseId, attempts, payload }: OutboxRow): Promise<void> => {
    const { template, to } = payload;
    try {
      const from = await readSetting(store, tenant, 'company');
      await letters.send({
        ...{ effectId, tenant, caseId, template, to },
        ...(from === undefined ? {} : { from }),
      });
    } catch (error) {
      const errorCode = error instanceof PortFailure ? error.code : 'DELIVERY_FAILED';
      const again = attempts < deliveryAttemptsMax && !(error instanceof PortFailure && !error.retryable);
      const delayMs = Math.min(firstDelayMs * 2 ** (attempts - 1), delayMsMax);
      await settleDelivery(
        store,
        { tenant, effectId },
        again
          ? { status: 'pending', errorCode, nextAtMs: Date.now() + delayMs }
          : { status: 'failed', errorCode },
      );
      return;
    }
    await settleDelivery(store, { tenant, effectId }, { status: 'delivered' });
  };
