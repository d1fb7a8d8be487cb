import { and, eq } from 'drizzle-orm';
import type { Lang } from '../../machines/notification/template.ts';
import type { Db, Store } from '../open.ts';
import { type ChannelName, contactPreferences } from '../schema/index.ts';
import { type ChangedBy, recordChange } from './people-history.ts';

export interface Preferences {
  lang: Lang;
  /** Where messages go beside the application, where there is an address. */
  channels: ChannelName[];
  addresses: { [channel in ChannelName]?: string };
}

/** Of who has said nothing. */
export const defaultPreferences: Preferences = { lang: 'zh', channels: ['email'], addresses: {} };

export const preferencesIn = (db: Db, tenant: string, personId: string): Preferences => {
  const row = db
    .select()
    .from(contactPreferences)
    .where(and(eq(contactPreferences.tenant, tenant), eq(contactPreferences.personId, personId)))
    .get();
  return row ? { lang: row.lang, channels: row.channels, addresses: row.addresses } : defaultPreferences;
};

/** The channels by which a person is told, of those that this company has. */
export const channelsOf = (
  { channels, addresses }: Preferences,
  available: readonly ChannelName[],
): ChannelName[] => channels.filter((each) => available.includes(each) && addresses[each] !== undefined);

/** Says how somebody is told. The log gets the channels, never an address. */
export const putPreferences = (
  store: Store,
  tenant: string,
  personId: string,
  preferences: Preferences,
  by: ChangedBy,
): Promise<void> =>
  store.write((db) => {
    if (JSON.stringify(preferencesIn(db, tenant, personId)) === JSON.stringify(preferences)) {
      return;
    }
    db.insert(contactPreferences)
      .values({ tenant, personId, ...preferences })
      .onConflictDoUpdate({
        target: [contactPreferences.tenant, contactPreferences.personId],
        set: preferences,
      })
      .run();
    const { lang, channels, addresses } = preferences;
    recordChange(
      db,
      tenant,
      {
        type: 'person.contact-changed',
        subject: { kind: 'person', id: personId },
        content: { contact: { lang, channels, addresses: { ...addresses } } },
        detail: { lang, channels, addressed: Object.keys(addresses).toSorted() },
      },
      by,
    );
  });
