import type { ClockProfile } from '../machines/kernel/clock-profile.ts';
import type { Actor } from '../machines/kernel/command.ts';
import type { AssignmentPolicy, Role } from '../machines/kernel/definition.ts';
import type { Json, JsonObject, Money } from '../machines/kernel/json.ts';
import type { Batch, Projected } from './messages.ts';

/** The case on whose behalf an activity runs. */
export interface OfCase {
  tenant: string;
  caseId: string;
  /** Known to the receiver: the same effect sent again is not done again. */
  effectId: string;
}

export interface ServiceCall extends OfCase {
  /** Name of the adapter's operation, e.g. `payment.pay`. */
  activity: string;
  input: Json;
}

export interface AssignmentRequest extends OfCase {
  taskId: string;
  role: Role;
  department?: string;
  skills: string[];
  policy: AssignmentPolicy;
  /** Persons who may not get it. */
  notPersons: string[];
  samePerson?: string;
  licences?: string[];
  regions?: string[];
  person?: string;
  managerOf?: string[];
  /** The seat of a decision that the task is for. */
  seat?: string;
  /** Who gets it must be able to decide this amount. */
  atLeast?: Money;
}

export interface ChildRequest extends OfCase {
  /** `id` (the highest published version) or `id@version`. */
  definition: string;
  rel: string;
  data: JsonObject;
  /** The parent's clock at that moment, RFC 3339: when the child counts as reported. */
  receivedAt: string;
  mode?: 'historical';
  profile?: string;
  clockProfile?: ClockProfile;
}

export interface Message extends OfCase {
  /** The case to tell. */
  to: string;
  event: string;
  data: JsonObject;
  from: { epoch: number; seq: number; headHash: string };
  occurredAt?: string;
}

/** The end of a case that can take no message: where its trail stands. */
export interface ClosedCase {
  epoch: number;
  seq: number;
  headHash: string;
}

/** What a case's workflow asks of the world. Each may run more than once and then does nothing new. */
export interface CaseActivities {
  project: (batch: Batch) => Promise<Projected>;
  callService: (call: ServiceCall) => Promise<Json>;
  /** Null where nobody can take it. */
  assignTask: (request: AssignmentRequest) => Promise<Actor | null>;
  startCase: (request: ChildRequest) => Promise<{ caseId: string }>;
  tellCase: (message: Message) => Promise<{ closed?: ClosedCase }>;
  /** Does nothing, so that the workflow goes on in a later task. */
  endTask: () => Promise<void>;
}
