import type { Calendar } from '../kernel/calendar.ts';
import { offsetMinutesAt } from '../kernel/case-zone.ts';
import { instantAt, instantMs, MINUTE_MS } from '../kernel/instant.ts';
import { type JsonSchema, type SchemaProblem, validate } from '../kernel/json-schema.ts';
import schema from './template.v1.json' with { type: 'json' };

export type Lang = 'zh' | 'en';

/**
 * All that a message may say. None is personal: who is concerned stands behind the link, under the reader's rights.
 */
export const templateFields = {
  caseNumber: 'the case’s number',
  deadline: 'title of the clock, in the message’s language',
  dueAt: 'when the clock runs out, local time of the reader',
  percent: 'how much of its time is used, such as 75',
  action: 'the one next action, in words',
  link: 'where that is done',
  company: 'who writes, where the company has said so',
  dueToday: 'open tasks of the reader that are due today',
  atRisk: 'open tasks of the reader whose clock has run out or soon will',
  held: 'how many messages the digest stands for',
  lines: 'those messages, one a line',
  code: 'name of what a definition wants told',
} as const;
export type TemplateField = keyof typeof templateFields;
export type TemplateValues = { [field in TemplateField]?: string };

/** What is sent, in both languages. A version never changes: a change is a new version. */
export interface Template {
  id: string;
  version: number;
  /** The fields that its texts use, each as `{field}`. */
  fields: TemplateField[];
  zh: TemplateText;
  en: TemplateText;
}

export interface TemplateText {
  /** One line. */
  subject: string;
  body: string;
  /** For SMS and chat: one line. */
  short: string;
}

const slot = /\{([A-Za-z][A-Za-z0-9]*)\}/g;
const langs: readonly Lang[] = ['zh', 'en'];
const parts: readonly (keyof TemplateText)[] = ['subject', 'body', 'short'];

/** What is wrong with a template; nothing where it may be used. */
export const templateProblems = (value: unknown): SchemaProblem[] => {
  const problems = validate(schema as JsonSchema, value, schema as JsonSchema, { personal: 'clear' });
  if (problems.length > 0) {
    return problems;
  }
  const template = value as Template;
  const unknown = template.fields.flatMap((field, index) =>
    Object.hasOwn(templateFields, field)
      ? []
      : [{ pointer: `/fields/${index}`, message: 'is no field that a message may use' }],
  );
  const texts = langs.flatMap((lang) =>
    parts.flatMap((part) => {
      const used = [...template[lang][part].matchAll(slot)].map(([, name]) => name as TemplateField);
      const pointer = `/${lang}/${part}`;
      return [
        ...(used.some((name) => !template.fields.includes(name))
          ? [{ pointer, message: 'uses a field that `fields` does not list' }]
          : []),
        ...(/[{}]/.test(template[lang][part].replace(slot, ''))
          ? [{ pointer, message: 'has a brace that belongs to no field' }]
          : []),
      ];
    }),
  );
  return [...unknown, ...texts];
};

/** A value is missing that the template uses. */
export class TemplateValueMissing extends Error {
  readonly code = 'TEMPLATE_VALUE_MISSING';
  constructor(template: string, field: string) {
    super(`The template "${template}" has no value for "${field}"`);
    this.name = 'TemplateValueMissing';
  }
}

/**
 * The text of a message. Values are one line each but for `lines`: a subject or a chat message cannot be continued by
 * what stands in a value.
 * @throws TemplateValueMissing
 */
export const render = (template: Template, lang: Lang, values: TemplateValues): TemplateText => {
  const fill = (text: string): string =>
    text.replace(slot, (_, name: TemplateField) => {
      const value = values[name];
      if (value === undefined) {
        throw new TemplateValueMissing(template.id, name);
      }
      return name === 'lines' ? value : oneLine(value);
    });
  const { subject, body, short } = template[lang];
  return { subject: oneLine(fill(subject)), body: fill(body), short: oneLine(fill(short)) };
};

// Control characters, and the two line ends that Unicode has beside them.
const lineEnds = /[\p{Cc}\u2028\u2029]+/gu;
const oneLine = (text: string): string => text.replace(lineEnds, ' ');

/** An instant as the clocks in the calendar's zone show it: `2026-11-22 08:45`. */
export const localText = (calendar: Calendar | undefined, at: string): string =>
  instantAt(instantMs(at) + offsetMinutesAt(calendar, at) * MINUTE_MS)
    .slice(0, 16)
    .replace('T', ' ');

/** Values that a preview is filled with. */
export const exampleValues = (lang: Lang): Required<TemplateValues> => ({
  caseNumber: 'CL-2026-000123',
  deadline: lang === 'zh' ? '核定' : 'Assessment',
  dueAt: '2026-11-24 17:30',
  percent: '90',
  action: lang === 'zh' ? '处理您的任务' : 'Do your task',
  link: 'https://caseloom.example.com/tasks/example',
  company: lang === 'zh' ? '示例保险公司' : 'Example Insurance',
  dueToday: '7',
  atRisk: '2',
  held: '1',
  lines: `- CL-2026-000123 ${lang === 'zh' ? '核定' : 'Assessment'} 75% 2026-11-24 17:30 https://caseloom.example.com/cases/example`,
  code: 'letter-returned',
});
