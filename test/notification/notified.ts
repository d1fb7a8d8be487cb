import { setTimeout as delay } from 'node:timers/promises';
import type { Channels } from '../../activities/channels/channel.ts';
import type { GuardOptions } from '../../activities/channels/guarded-post.ts';
import { createDeliver } from '../../activities/deliver.ts';
import { createTellPeople } from '../../activities/deliver-to-people.ts';
import type { Letter } from '../../activities/ports/letters.ts';
import { createPersonRound, createWebhookRound } from '../../activities/relay-notices.ts';
import { integrate } from '../../db/log/integrate.ts';
import { type Preferences, putPreferences } from '../../db/own/notifications-preferences.ts';
import { getPerson, putPerson } from '../../db/own/people.ts';
import { notifications } from '../../db/schema/index.ts';
import { takeDeliveries } from '../../db/write/outbox.ts';
import { shippedLadder } from '../../machines/library/notification/index.ts';
import { startTestApi } from '../support/api.ts';

export const hourMs = 3_600_000;

/** The API, its cases and all that sends messages, on a clock that only the test moves. */
export const startNotified = async ({
  at,
  channels = {},
  guard = { allow: [] },
}: {
  at: string;
  channels?: Channels;
  guard?: GuardOptions;
}) => {
  let nowMs = Date.parse(at);
  const now = () => nowMs;
  const api = await startTestApi({ now });
  const { store, vault } = api;
  // One complaints manager, so that it is known whose a complaint is.
  for (const id of ['complaints-manager-2', 'complaints-manager-3']) {
    const person = await getPerson(store, 'default', id, nowMs);
    if (person) {
      await putPerson(store, { ...person, status: 'disabled' });
    }
  }
  const letters: Letter[] = [];
  const deliver = createDeliver(
    store,
    {
      send: async (letter) => {
        letters.push(letter);
        return { letterId: letter.effectId };
      },
    },
    { tellPeople: createTellPeople(store, { ladder: shippedLadder, now, gatherMs: 0 }), now },
  );
  const parts = {
    ...{ store, vault, ladder: shippedLadder, channels, guard, now },
    publicUrl: 'https://caseloom.example.com',
  };
  const personRound = createPersonRound(parts);
  const webhookRound = createWebhookRound(parts);

  /** Does all that is due now. */
  const settle = async (): Promise<void> => {
    for (;;) {
      const rows = await takeDeliveries(store, { nowMs });
      await Promise.all(rows.map(deliver));
      while ((await integrate(store, { tenant: 'default', holder: 'test', nowMs })) > 0);
      const count = (await personRound()) + (await webhookRound());
      if (rows.length + count === 0) {
        return;
      }
      await delay(0);
    }
  };
  return {
    ...api,
    now,
    letters,
    settle,
    setTime: (instant: string): void => {
      nowMs = Date.parse(instant);
    },
    advance: (ms: number): void => {
      nowMs += ms;
    },
    /** Messages as they stand, oldest first. */
    notices: async (personId?: string) =>
      (await store.read((db) => db.select().from(notifications).all()))
        .filter((row) => personId === undefined || row.personId === personId)
        .toSorted((a, b) => a.createdAtMs - b.createdAtMs),
    prefer: (personId: string, preferences: Partial<Preferences>) =>
      putPreferences(
        store,
        'default',
        personId,
        { lang: 'en', channels: [], addresses: {}, ...preferences },
        { actorId: personId, atMs: nowMs },
      ),
  };
};
