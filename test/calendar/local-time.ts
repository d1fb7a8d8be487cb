/** Local time as the platform's own time zone data tells it: what the calendars' offsets are checked against. */

const formats = new Map<string, Intl.DateTimeFormat>();

const formatOf = (zone: string): Intl.DateTimeFormat => {
  const known = formats.get(zone);
  if (known !== undefined) {
    return known;
  }
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  formats.set(zone, format);
  return format;
};

/** `YYYY-MM-DD HH:MM:SS` on the clocks of a zone. */
export const wallClock = (zone: string, atMs: number): string => formatOf(zone).format(atMs);

export const dateIn = (zone: string, atMs: number): string => wallClock(zone, atMs).slice(0, 10);

/** The first instant of a local date, found by bisection. */
export const midnightIn = (zone: string, on: string): number => {
  const utcMs = Date.parse(`${on}T00:00:00Z`);
  let before = utcMs - 86_400_000;
  let from = utcMs + 86_400_000;
  while (from - before > 1000) {
    const middle = before + Math.floor((from - before) / 2000) * 1000;
    if (dateIn(zone, middle) < on) {
      before = middle;
    } else {
      from = middle;
    }
  }
  return from;
};

/** The next civil date. */
export const nextDate = (on: string): string =>
  new Date(Date.parse(`${on}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
