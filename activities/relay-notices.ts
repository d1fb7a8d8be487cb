import { StoreUnavailable } from '../db/failure.ts';
import type { Store } from '../db/open.ts';
import { dueRungs } from '../db/own/notifications.ts';
import {
  type ChannelDelivery,
  settleChannelDelivery,
  type TryOutcome,
  takeChannelDeliveries,
} from '../db/own/notifications-deliveries.ts';
import { makeDueDigests } from '../db/own/notifications-digest.ts';
import { judgeDueNotices } from '../db/own/notifications-judge.ts';
import { queueNewEvents } from '../db/own/notifications-webhooks.ts';
import { tellTodaysWork } from '../db/own/todays-work.ts';
import type { ChannelName } from '../db/schema/index.ts';
import type { Vault } from '../db/vault/open-vault.ts';
import type { Ladder } from '../machines/notification/ladder.ts';
import type { Channels } from './channels/channel.ts';
import type { GuardOptions } from './channels/guarded-post.ts';
import { sendMessage } from './channels/send-message.ts';
import { sendWebhook } from './channels/send-webhook.ts';
import { createTellLater } from './deliver-to-people.ts';
import { PortFailure } from './ports/port-failure.ts';

export interface NoticeParts {
  store: Store;
  vault: Vault;
  ladder: Ladder;
  channels: Channels;
  guard: GuardOptions;
  /** The web application's address, for links. */
  publicUrl: string;
  /** How long a link to a decision is good; default three days. */
  approvalLinkMs?: number;
  /** Epoch milliseconds. */
  now: () => number;
}

/** Everybody's work is looked through no oftener than this. */
const workEveryMs = 60_000;

/** One look at what is due for people: rungs of the ladder, messages to judge, digests, and what waits to be sent. */
export const createPersonRound = (
  parts: NoticeParts,
  say: (line: string) => void = () => undefined,
): (() => Promise<number>) => {
  const { store, ladder, channels, now } = parts;
  const available = Object.keys(channels) as ChannelName[];
  const tellLater = createTellLater(store, { ladder, now });
  let lookAtWorkMs = Number.NEGATIVE_INFINITY;
  const work = async (): Promise<number> => {
    const nowMs = now();
    if (nowMs < lookAtWorkMs) {
      return 0;
    }
    lookAtWorkMs = nowMs + workEveryMs;
    return tellTodaysWork(store, { ladder, nowMs, available });
  };
  return async () => {
    const rungs = await dueRungs(store, now());
    let climbed = 0;
    for (const rung of rungs) {
      try {
        await tellLater(rung);
        climbed += 1;
      } catch (error) {
        if (error instanceof StoreUnavailable) {
          throw error;
        }
        // One that cannot be carried out keeps nobody else's message back.
        say(`notices: the rung ${rung.rule} of ${rung.caseId} failed`);
      }
    }
    const judged = await judgeDueNotices(store, { ladder, available, nowMs: now() });
    const digests = await makeDueDigests(store, { nowMs: now(), available });
    const told = await work();
    const sent = await sendDue(parts, 'person');
    return climbed + judged + digests + told + sent;
  };
};

/** One look at what is due for other systems. */
export const createWebhookRound =
  (parts: NoticeParts): (() => Promise<number>) =>
  async () =>
    (await queueNewEvents(parts.store, parts.now())) + (await sendDue(parts, 'webhook'));

const approvalLinkMsDefault = 72 * 3_600_000;

const sendDue = async (parts: NoticeParts, lane: 'person' | 'webhook'): Promise<number> => {
  const { store, now } = parts;
  const rows = await takeChannelDeliveries(store, { nowMs: now(), lane });
  await Promise.all(
    rows.map(async (row) => settleChannelDelivery(store, row, await tryOf(parts, row), now())),
  );
  return rows.length;
};

const tryOf = async (parts: NoticeParts, row: ChannelDelivery): Promise<TryOutcome> => {
  const { store, channels, publicUrl, approvalLinkMs = approvalLinkMsDefault, now } = parts;
  const { channel } = row;
  try {
    await (channel === 'webhook'
      ? sendWebhook(parts, row, now())
      : sendMessage(store, channels, { publicUrl, approvalLinkMs, nowMs: now() }, { ...row, channel }));
    return { delivered: true };
  } catch (error) {
    return error instanceof PortFailure
      ? { delivered: false, errorCode: error.code, again: error.retryable }
      : { delivered: false, errorCode: 'DELIVERY_FAILED', again: true };
  }
};

export interface NoticeRelay {
  /** Takes no more, and waits for what it has taken. */
  stop: () => Promise<void>;
}

const pollEveryMs = 1_000;

/** Looks after messages to people and to other systems, each by itself so that neither waits for the other. */
export const startNoticeRelay = (parts: NoticeParts, say: (line: string) => void): NoticeRelay => {
  const stopping = new AbortController();
  const run = async (round: () => Promise<number>): Promise<void> => {
    while (!stopping.signal.aborted) {
      let count = 0;
      try {
        count = await round();
      } catch (error) {
        // What was taken comes back by itself; while the store is away there is nothing to be had.
        if (!(error instanceof StoreUnavailable)) {
          say(`notices: ${error instanceof Error ? error.name : 'unknown error'}`);
        }
      }
      if (count === 0) {
        await pause(stopping.signal);
      }
    }
  };
  const ended = Promise.all([run(createPersonRound(parts, say)), run(createWebhookRound(parts))]);
  return {
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
};

const pause = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, pollEveryMs);
    signal.addEventListener('abort', end);
  });
