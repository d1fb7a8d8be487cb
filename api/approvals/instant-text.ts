import type { Language } from '../sign-in/pages/texts.ts';
import type { CardTexts } from './card-texts.ts';

/** An instant as clocks in that zone show it. @param zone IANA name */
export const instantText = (at: string, zone: string, language: Language): string =>
  new Date(at).toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB', {
    ...{ dateStyle: 'medium', timeStyle: 'short', timeZone: zone },
  });

export const dueText = (dueAt: string, { zone, language }: { zone: string; language: Language }): string =>
  instantText(dueAt, zone, language);

/** How long there is left, by the clock on the wall, or since when it is late. */
export const leftText = (dueAt: string, nowMs: number, t: CardTexts): string => {
  const minutes = Math.floor(Math.abs(Date.parse(dueAt) - nowMs) / 60_000);
  const [days, hours] = [Math.floor(minutes / 1_440), Math.floor((minutes % 1_440) / 60)];
  const length =
    days > 0
      ? t.daysHours(days, hours)
      : hours > 0
        ? t.hoursMinutes(hours, minutes % 60)
        : t.minutes(minutes);
  return Date.parse(dueAt) < nowMs ? t.lateBy(length) : t.left(length);
};
