import type { IncomingMessage } from 'node:http';
import type { Json } from '../machines/kernel/json.ts';
import type { ProblemCode } from './problem-codes.ts';
import type { Reader } from './reader.ts';
import type { Credential } from './sign-in/credential.ts';

/** What a request carries from one middleware to the next. */
export interface AppEnv {
  /** What the server hands on; nothing where the app is called in process. */
  Bindings: {
    incoming?: IncomingMessage;
    /** Of several decisions that one person sends together; set by our own code alone. */
    batchId?: string;
  };
  Variables: {
    requestId: string;
    /** Who sent it, as looked up for this request. */
    person: Reader;
    /** How it is known who sent it. */
    credential: Credential;
    /** The parsed body of a JSON request, within bounds; undefined where there was none. */
    body: Json | undefined;
    problemCode: ProblemCode | undefined;
  };
}
