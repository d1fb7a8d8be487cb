import { createInterface } from 'node:readline/promises';
import type { TenantSettings } from '../../db/own/tenant-settings.ts';
import { defaultNumberFormat, numberFormatProblem } from '../../machines/settings/number-format.ts';
import { exampleCompany, jurisdictions } from './answers.ts';

interface Question {
  /** The answer that is asked for. */
  name: 'jurisdiction' | 'company' | 'numberFormat' | 'people' | 'authority';
  text: string;
  /** What an empty line means, with the settings that are there. */
  byDefault: (settings: TenantSettings) => string;
  problem?: (answer: string) => string | undefined;
  toAnswer: (answer: string) => object;
}

const none = '-';
const fileOrNone = (answer: string) => (answer === none ? null : answer);

const questions: Question[] = [
  {
    name: 'jurisdiction',
    text: `1/5  Which rules and deadlines apply? (${jurisdictions().join(', ')})`,
    byDefault: ({ jurisdiction = 'cn' }) => jurisdiction,
    problem: (answer) => (jurisdictions().includes(answer) ? undefined : 'is none of these'),
    toAnswer: (jurisdiction) => ({ jurisdiction }),
  },
  {
    name: 'company',
    text: '2/5  Company name, and the address for letters after a |',
    byDefault: ({ company }) =>
      company === undefined ? exampleCompany.name : [company.name, company.letterhead].join(' | '),
    problem: (answer) => (answer.startsWith('|') ? 'begins with the address' : undefined),
    toAnswer: (answer) => {
      const [name = '', letterhead = ''] = answer.split('|').map((part) => part.trim());
      return { company: { name, letterhead } };
    },
  },
  {
    name: 'numberFormat',
    text: '3/5  How case numbers look ({prefix}, {year} or {yy}, {n} or {n:6})',
    byDefault: ({ numberFormat = defaultNumberFormat }) => numberFormat,
    problem: numberFormatProblem,
    toAnswer: (numberFormat) => ({ numberFormat }),
  },
  {
    name: 'people',
    text: `4/5  CSV file of the people, or JSON of the groups at your identity provider (${none}: only the demo people)`,
    byDefault: () => none,
    toAnswer: (answer) =>
      answer.endsWith('.json') ? { people: null, oidcGroups: answer } : { people: fileOrNone(answer) },
  },
  {
    name: 'authority',
    text: `5/5  CSV file of who may decide how much (${none}: the shipped ladder by role)`,
    byDefault: () => none,
    toAnswer: (answer) => ({ authority: fileOrNone(answer) }),
  },
];

/** Asks what has not been given, on the terminal; an empty line, and the end of the input, take the default. */
export const askMissing = async (
  given: object,
  settings: TenantSettings,
  { input, output }: { input: NodeJS.ReadableStream; output: NodeJS.WritableStream },
): Promise<object> => {
  const lines = createInterface({ input, output, terminal: false });
  const answered = lines[Symbol.asyncIterator]();
  let answers = given;
  try {
    for (const question of questions) {
      const { name, text, problem, toAnswer } = question;
      const byDefault = question.byDefault(settings);
      for (let asked = !(name in answers); asked; ) {
        output.write(`${text} [${byDefault}]: `);
        const line = await answered.next();
        const answer = line.done === true || line.value.trim() === '' ? byDefault : line.value.trim();
        const wrong = problem?.(answer);
        asked = wrong !== undefined;
        if (wrong === undefined) {
          answers = { ...answers, ...toAnswer(answer) };
        } else {
          output.write(`     That ${wrong}.\n`);
        }
      }
    }
  } finally {
    lines.close();
  }
  return answers;
};
