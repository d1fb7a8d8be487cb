import type { ChannelMessage } from '../../activities/channels/channel.ts';
import { createPersonRound } from '../../activities/relay-notices.ts';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import type { Store } from '../../db/open.ts';
import { putPreferences } from '../../db/own/notifications-preferences.ts';
import type { Vault } from '../../db/vault/open-vault.ts';
import { shippedLadder } from '../../machines/library/notification/index.ts';

/** Has somebody get e-mail, and sends what waits for them. */
export interface ApprovalMail {
  writeTo: (person: string) => Promise<void>;
  /** Path of the newest link to an approval that went out to the person. */
  linkFor: (person: string) => Promise<string>;
}

const origin = 'http://localhost:3000';
const weekMs = 7 * 86_400_000;

/** Messages go out on the coming Monday morning in China, whatever the hour of the test: nobody's night is broken. */
const nextMorningMs = (nowMs: number): number =>
  Math.ceil((nowMs - Date.UTC(2026, 2, 2, 2)) / weekMs) * weekMs + Date.UTC(2026, 2, 2, 2);

export const approvalMail = (store: Store, vault: Vault): ApprovalMail => {
  const sent: ChannelMessage[] = [];
  const round = createPersonRound({
    ...{ store, vault, ladder: shippedLadder, guard: { allow: [] }, publicUrl: origin },
    channels: {
      email: async (message) => {
        sent.push(message);
      },
    },
    now: () => nextMorningMs(Date.now()),
  });
  return {
    writeTo: (person) =>
      putPreferences(
        store,
        embeddedTenant,
        person,
        { lang: 'en', channels: ['email'], addresses: { email: `${person}@example.com` } },
        { actorId: person, atMs: Date.now() },
      ),
    linkFor: async (person) => {
      while ((await round()) > 0);
      const theirs = sent.filter(({ address }) => address === `${person}@example.com`);
      const links = theirs.flatMap(({ body }) => /http\S+(\/approvals\/links\/\S+)/.exec(body)?.[1] ?? []);
      return links.at(-1) ?? '';
    },
  };
};
