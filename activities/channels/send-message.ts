import type { Store } from '../../db/open.ts';
import { mintApprovalLink } from '../../db/own/approval-links.ts';
import { templateIn } from '../../db/own/notification-settings.ts';
import { type NotificationRow, notificationIn } from '../../db/own/notifications.ts';
import { personCalendarIn } from '../../db/own/notifications-calendar.ts';
import type { ChannelDelivery } from '../../db/own/notifications-deliveries.ts';
import { digestLinesIn } from '../../db/own/notifications-digest.ts';
import { isInSight } from '../../db/own/notifications-judge.ts';
import { preferencesIn } from '../../db/own/notifications-preferences.ts';
import { settingIn } from '../../db/own/tenant-settings.ts';
import { getCase } from '../../db/read/get-case.ts';
import type { ChannelName } from '../../db/schema/index.ts';
import { noticeValues } from '../../machines/notification/notice-values.ts';
import { render } from '../../machines/notification/template.ts';
import { PortFailure } from '../ports/port-failure.ts';
import { askedOf, type Channels } from './channel.ts';

export interface MessageOptions {
  /** Where links lead: the web application's address, without a slash at its end. */
  publicUrl: string;
  /** How long a link to a decision is good. */
  approvalLinkMs: number;
  /** Epoch milliseconds. */
  nowMs: number;
}

/** Sends one message through its channel, in the person's language. @throws PortFailure */
export const sendMessage = async (
  store: Store,
  channels: Channels,
  options: MessageOptions,
  { tenant, notificationId, deliveryId, channel }: ChannelDelivery & { channel: ChannelName },
): Promise<void> => {
  const asked = askedOf(channel);
  const send = channels[channel];
  const found = await store.read((db) => {
    const row = notificationIn(db, tenant, notificationId);
    return (
      row && {
        row,
        held: row.kind === 'digest' ? digestLinesIn(db, row) : [],
        preferences: preferencesIn(db, tenant, row.personId),
        calendar: personCalendarIn(db, tenant, row.personId, row.calendarId),
        company: settingIn(db, tenant, 'company')?.name,
        mayKnow: isInSight(db, row),
        template: templateIn(db, tenant, row.template),
      }
    );
  });
  const address = found?.preferences.addresses[channel];
  const template = found?.template;
  // Whoever has left meanwhile, has no part in the case any more, or wants it elsewhere now, is not written to.
  if (!send || !found || !template || address === undefined || !found.mayKnow) {
    throw new PortFailure(asked, 'PORT_INPUT_INVALID', 'there is nobody to send it to');
  }
  const { row, held, preferences, calendar, company } = found;
  const { publicUrl } = options;
  const link = await approvalLink(store, row, options);
  const values = noticeValues(row, held, { lang: preferences.lang, calendar, company, publicUrl, link });
  const text = render(template, preferences.lang, values);
  await send({ deliveryId, address, ...text });
};

/**
 * A link to the decision that the message asks for, good for this person, task and content alone. Each try makes its own:
 * the token is known to the message only, so that no row and no history can give it away.
 */
const approvalLink = async (
  store: Store,
  { tenant, caseId, personId, notificationId, facts }: NotificationRow,
  { publicUrl, approvalLinkMs: ttlMs, nowMs }: MessageOptions,
): Promise<string | undefined> => {
  const state =
    facts.action === 'decide-approval' ? (await getCase(store, { tenant, caseId }))?.state : undefined;
  const [taskId] =
    Object.entries(state?.tasks ?? {}).find(
      ([, { seat, status, assignee }]) => seat !== undefined && status === 'open' && assignee === personId,
    ) ?? [];
  if (taskId === undefined || !state?.signing) {
    return undefined;
  }
  const { subjectHash } = state.signing.approval;
  const token = await mintApprovalLink(
    store,
    { tenant, personId, caseId, taskId, subjectHash, notificationId },
    { nowMs, ttlMs },
  );
  return `${publicUrl}/approvals/links/${token}`;
};
