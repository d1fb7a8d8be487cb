import type { Store } from '../../db/open.ts';
import { notificationIn } from '../../db/own/notifications.ts';
import { personCalendarIn } from '../../db/own/notifications-calendar.ts';
import type { ChannelDelivery } from '../../db/own/notifications-deliveries.ts';
import { digestedIn } from '../../db/own/notifications-digest.ts';
import { isInSight } from '../../db/own/notifications-judge.ts';
import { preferencesIn } from '../../db/own/notifications-preferences.ts';
import { settingIn } from '../../db/own/tenant-settings.ts';
import type { ChannelName } from '../../db/schema/index.ts';
import { findTemplate } from '../../machines/library/notification/index.ts';
import { noticeValues } from '../../machines/notification/notice-values.ts';
import { render } from '../../machines/notification/template.ts';
import { PortFailure } from '../ports/port-failure.ts';
import { askedOf, type Channels } from './channel.ts';

/** Where links lead: the web application's address, without a slash at its end. */
export interface MessageOptions {
  publicUrl: string;
}

/** Sends one message through its channel, in the person's language. @throws PortFailure */
export const sendMessage = async (
  store: Store,
  channels: Channels,
  { publicUrl }: MessageOptions,
  { tenant, notificationId, deliveryId, channel }: ChannelDelivery & { channel: ChannelName },
): Promise<void> => {
  const asked = askedOf(channel);
  const send = channels[channel];
  const found = await store.read((db) => {
    const row = notificationIn(db, tenant, notificationId);
    return (
      row && {
        row,
        held: row.kind === 'digest' ? digestedIn(db, tenant, notificationId) : [],
        preferences: preferencesIn(db, tenant, row.personId),
        calendar: personCalendarIn(db, tenant, row.personId, row.calendarId),
        company: settingIn(db, tenant, 'company')?.name,
        mayKnow: isInSight(db, row),
      }
    );
  });
  const address = found?.preferences.addresses[channel];
  const template = found && findTemplate(found.row.template);
  // Whoever has left meanwhile, has no part in the case any more, or wants it elsewhere now, is not written to.
  if (!send || !found || !template || address === undefined || !found.mayKnow) {
    throw new PortFailure(asked, 'PORT_INPUT_INVALID', 'there is nobody to send it to');
  }
  const { row, held, preferences, calendar, company } = found;
  const values = noticeValues(row, held, { lang: preferences.lang, calendar, company, publicUrl });
  const text = render(template, preferences.lang, values);
  await send({ deliveryId, address, ...text });
};
