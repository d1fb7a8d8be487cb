import type { CaseInput } from './messages.ts';
import { runCase } from './run-case.ts';

/** Workflow types by kind of case. They differ by name only, so that Temporal's own pages read well. */

export const claim = (input: CaseInput): Promise<void> => runCase(input);
export const exposure = (input: CaseInput): Promise<void> => runCase(input);
export const complaint = (input: CaseInput): Promise<void> => runCase(input);
export const approval = (input: CaseInput): Promise<void> => runCase(input);
export const team = (input: CaseInput): Promise<void> => runCase(input);
/** Kinds of a designer's own. */
const ownKind = (input: CaseInput): Promise<void> => runCase(input);

export { bulk } from './bulk-job.ts';
export { ownKind as case };
