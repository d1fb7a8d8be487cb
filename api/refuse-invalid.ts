import { Refused } from './problem.ts';

/** What keeps a document from being used, and where: a JSON pointer into it. */
export interface DocumentProblem {
  pointer: string;
  message: string;
}

/** @throws Refused `DATA_INVALID` where there is any */
export const refuseInvalid = (problems: readonly DocumentProblem[]): void => {
  if (problems.length > 0) {
    throw new Refused('DATA_INVALID', 'It cannot be used; `errors` says where.', { errors: [...problems] });
  }
};

/** Of a company's own document: another content has its version. */
export const versionTaken = (): Refused =>
  new Refused('ALREADY_EXISTS', 'Another content has this version: a version never changes.', {
    errors: [{ pointer: '/version', message: 'is taken' }],
  });
