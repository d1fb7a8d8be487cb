import type { Calendar } from '../kernel/calendar.ts';
import type { Title } from '../kernel/definition.ts';
import { actionWords } from './action-words.ts';
import type { ActionKind } from './next-action.ts';
import { type Lang, localText, type TemplateValues } from './template.ts';

/** What a message holds. */
export interface NoticeContent {
  notificationId: string;
  caseNumber: string;
  facts: {
    title?: Title;
    dueAt?: string | null;
    percent?: number;
    action: ActionKind;
    path: string;
    code?: string;
    dueToday?: number;
    atRisk?: number;
  };
}

export interface NoticeReader {
  lang: Lang;
  /** For local times; UTC where there is none. */
  calendar: Calendar | undefined;
  company: string | undefined;
  /** The web application's address. */
  publicUrl: string;
  /** A link of the reader's own, where the message has one; else it is made of the action's place. */
  link?: string | undefined;
}

const noDate: Title = { zh: '（已暂停）', en: '(paused)' };

/** A template's values for a message and its reader; a digest lists those it stands for, a line each. */
export const noticeValues = (
  notice: NoticeContent,
  held: readonly NoticeContent[],
  reader: NoticeReader,
): TemplateValues => {
  const { lang, calendar, company, publicUrl, link } = reader;
  const { title, dueAt, percent, action, code, dueToday, atRisk } = notice.facts;
  const dated = typeof dueAt === 'string' ? localText(calendar, dueAt) : noDate[lang];
  return {
    caseNumber: notice.caseNumber,
    ...(title === undefined ? {} : { deadline: title[lang], dueAt: dated }),
    ...(percent === undefined ? {} : { percent: String(percent) }),
    action: actionWords[action][lang],
    link: link ?? linkTo(notice, publicUrl),
    company: company ?? 'Caseloom',
    ...(code === undefined ? {} : { code }),
    ...(dueToday === undefined ? {} : { dueToday: String(dueToday) }),
    ...(atRisk === undefined ? {} : { atRisk: String(atRisk) }),
    held: String(held.length),
    lines: held.map((each) => `- ${lineOf(each, reader)}`).join('\n'),
  };
};

// Who opens the link is signed in there, and only that tells that it was opened.
const linkTo = ({ notificationId, facts: { path } }: NoticeContent, publicUrl: string): string =>
  `${publicUrl}${path}${path.includes('?') ? '&' : '?'}notification=${encodeURIComponent(notificationId)}`;

const lineOf = (notice: NoticeContent, { lang, calendar, publicUrl }: NoticeReader): string => {
  const { caseNumber, facts } = notice;
  return [
    caseNumber,
    facts.title?.[lang] ?? facts.code,
    facts.percent === undefined ? undefined : `${facts.percent}%`,
    typeof facts.dueAt === 'string' ? localText(calendar, facts.dueAt) : undefined,
    linkTo(notice, publicUrl),
  ]
    .filter((part) => part !== undefined)
    .join(' ');
};
