import type { Store } from '../db/open.ts';
import type { OutboxRow } from '../db/schema/outbox.ts';
import { settleDelivery } from '../db/write/outbox.ts';
import type { TellPeople } from './deliver-to-people.ts';
import type { Letters } from './ports/letters.ts';
import { PortFailure } from './ports/port-failure.ts';
import { createSignedLetters } from './signed-letters.ts';

/** Tries that one message gets: for more than half a day. */
export const deliveryAttemptsMax = 90;

const firstDelayMs = 1_000;
const delayMsMax = 600_000;

/**
 * Delivers one message of the outbox and writes down how that went. At least once: the receiver knows a repeat by the
 * effect's id. What is for the customer goes to the port `letters`; what is for roles does too where nobody turns it
 * into messages to persons.
 */
export const createDeliver = (
  store: Store,
  letters: Letters,
  { tellPeople, now = Date.now }: { tellPeople?: TellPeople | undefined; now?: () => number } = {},
) => {
  const signed = createSignedLetters(store, letters);
  return async (row: OutboxRow): Promise<void> => {
    const { tenant, effectId, caseId, attempts, payload } = row;
    const { template, to } = payload;
    const send = async (): Promise<void> => {
      if (tellPeople && 'roles' in to) {
        await tellPeople(row);
        return;
      }
      await signed.send({ effectId, tenant, caseId, template, to });
    };
    try {
      await send();
    } catch (error) {
      const errorCode = error instanceof PortFailure ? error.code : 'DELIVERY_FAILED';
      const again = attempts < deliveryAttemptsMax && !(error instanceof PortFailure && !error.retryable);
      const delayMs = Math.min(firstDelayMs * 2 ** Math.min(attempts - 1, 20), delayMsMax);
      await settleDelivery(
        store,
        { tenant, effectId },
        again ? { status: 'pending', errorCode, nextAtMs: now() + delayMs } : { status: 'failed', errorCode },
      );
      return;
    }
    await settleDelivery(store, { tenant, effectId }, { status: 'delivered' });
  };
};
