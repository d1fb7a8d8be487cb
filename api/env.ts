import type { Person } from '../db/own/people.ts';
import type { Json } from '../machines/kernel/json.ts';
import type { ProblemCode } from './problem-codes.ts';

/** What a request carries from one middleware to the next. */
export interface AppEnv {
  Variables: {
    requestId: string;
    /** Who sent it, as looked up for this request. */
    person: Person;
    /** The parsed body of a JSON request, within bounds; undefined where there was none. */
    body: Json | undefined;
    problemCode: ProblemCode | undefined;
  };
}
