import type { CaseInput } from '../../workflows/messages.ts';
import { runCase } from '../../workflows/run-case.ts';
import { scxmlLanguages } from './scxml-language.ts';

/** The workflow of cases, with the test suites' expressions: the one way in which they come to a worker. */
const scxml = (input: CaseInput): Promise<void> => runCase(input, scxmlLanguages);

export { scxml as case };
