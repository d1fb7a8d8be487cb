import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { shippedDefinitions } from '../../machines/library/index.ts';
import { defaultNumberFormat, numberFormatProblem } from '../../machines/settings/number-format.ts';
import { CommandError } from '../command-error.ts';

/** Where cases are handled: a profile of the shipped definitions. */
export const jurisdictions = (): string[] =>
  [...new Set(shippedDefinitions().flatMap(({ profiles = {} }) => Object.keys(profiles)))].sort();

export const exampleCompany = { name: 'Example Insurance', letterhead: '' };

const path = z.string().min(1).max(1_000);

/** What `caseloom setup` wants to know. Paths are of CSV files; null imports none. */
export const SetupAnswers = z.strictObject({
  jurisdiction: z
    .string()
    .refine((name) => jurisdictions().includes(name), {
      error: `must be one of ${jurisdictions().join(', ')}`,
    })
    .default('cn'),
  company: z
    .strictObject({
      name: z.string().trim().min(1).max(120),
      letterhead: z.string().trim().max(1_000).default(''),
    })
    .default(exampleCompany),
  numberFormat: z
    .string()
    .superRefine((format, context) => {
      const problem = numberFormatProblem(format);
      if (problem !== undefined) {
        context.addIssue({ code: 'custom', message: problem });
      }
    })
    .default(defaultNumberFormat),
  people: path.nullable().default(null),
  departments: path.nullable().default(null),
  authority: path.nullable().default(null),
  oidcGroups: path.nullable().default(null),
});
export type SetupAnswers = z.infer<typeof SetupAnswers>;

const usageErrorCode = 2;

/** Completes answers with the defaults. @throws CommandError naming each one that cannot be */
export const completeAnswers = (given: unknown): SetupAnswers => {
  const read = SetupAnswers.safeParse(given);
  if (!read.success) {
    const lines = read.error.issues.map(
      ({ path: at, message }) => `${at.join('.') || 'answers'}: ${message}`,
    );
    throw new CommandError(lines.join('\n'), usageErrorCode);
  }
  return read.data;
};

/** The answers in a JSON file. @throws CommandError */
export const answersIn = (file: string): object => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CommandError(`${file}: ${(error as Error).message}`, usageErrorCode);
  }
};
