/** The calendar that a jurisdiction's days are counted by, where nothing nearer says one. */
const calendars: { readonly [jurisdiction: string]: string } = {
  cn: 'cn',
  uk: 'england-wales',
  us: 'us-federal',
};

export const jurisdictionCalendar = (jurisdiction: string | undefined): string =>
  (jurisdiction === undefined ? undefined : calendars[jurisdiction]) ?? jurisdiction ?? 'cn';
