import type { Calendar } from './calendar.ts';
import type { Json, JsonObject, Money, Sealed } from './json.ts';
import type { ExclusionCause } from './policy/exclusion.ts';
import type { Policy } from './policy/table.ts';
import type { SeatVerb } from './seat-verb.ts';

/**
 * Who acts, as looked up by the API when the command came: the kernel judges by this and records it.
 * `authority` lists the highest amount the actor may decide, per currency, in minor units.
 */
export interface Actor {
  id: string;
  roles: string[];
  departments?: string[];
  skills?: string[];
  authority?: Money[];
  /** Ids of the same human being's other accounts. */
  sameAs?: string[];
  /** Ids of those whom the actor reports to directly; told where the case keeps people out. */
  reportsTo?: string[];
  /** Whose work the actor does beside their own, and with which of those people's rights. */
  actsFor?: ActsFor[];
  /** The session has proved a second factor; told where a decision asks for one. */
  secondFactor?: true;
}

/** Rights of somebody else that an actor uses for a time. They go no further than to this actor. */
export interface ActsFor {
  personId: string;
  /** Ids of that human being's other accounts. */
  sameAs?: string[];
  /** As of the actor. */
  reportsTo?: string[];
  /** `delegation` 委派: given for a time; `substitution` 代理: while that person is away. */
  via: 'delegation' | 'substitution';
  roles: string[];
  departments?: string[];
  /** Never more than that person may decide. */
  authority?: Money[];
  /** RFC 3339 UTC, the first instant it holds no more; null: until it is revoked. */
  until: string | null;
}

/** What the API looked up for a command. Beside the actor, whatever the definition's `facts` asked for. */
export interface Facts {
  actor: Actor;
  onBehalfOf?: { customer: true } | { actor: Actor };
  [name: string]: Json | Actor | { customer: true } | { actor: Actor } | undefined;
}

interface CommandBase {
  /** Unique for ever; the idempotency key's hash for commands from outside. */
  id: string;
  facts: Facts;
  /** When the world did it; never later than the step's clock. In historical mode: the clock. RFC 3339. */
  occurredAt?: string;
  reason?: Sealed;
  /** The `rev` of the case that the sender has read; where it is another by now, the command is refused as `STALE`. */
  expectedRev?: number;
}

export interface EventCommand extends CommandBase {
  type: 'event';
  event: string;
  data?: JsonObject;
}

export interface TaskCommand extends CommandBase {
  type: 'task';
  taskId: string;
  verb:
    | 'claim'
    | 'release'
    | 'complete'
    | 'reassign'
    | 'comment'
    | 'assign'
    | 'cancel'
    | 'resolve'
    | 'remind'
    | 'copy'
    | SeatVerb;
  /** `complete`: the outcome (an event) and its data. */
  outcome?: string;
  data?: JsonObject;
  /**
   * `reassign`, `assign`: the person who gets the task, with what the policy must know of them; `return` to another
   * department: who did the step that it goes back to.
   */
  to?: Actor;
  /** `reassign` of a task that somebody else has: its assignee, as of now. */
  from?: Actor;
  /** `reassign`, `return` to another department: the nearest superior of both, or null. Absent within one department. */
  superior?: string | null;
  /** `copy`: who gets the copy; `comment`: whom it names. */
  people?: Actor[];
  /** `comment`, `resolve`; the answer to a task that a person added. */
  text?: Sealed;
  /** `return`: an earlier step (of a task: a state), or null for the proposer. */
  toStep?: string | null;
  /** `delegate`, of a task where it is for a time: the first instant it holds no more, RFC 3339 UTC. */
  until?: string;
  /** `reassign` by the engine: why whoever had it cannot do it now. */
  because?: 'away' | 'left' | 'right-ended' | 'excluded';
  /** `complete`: of several decisions that one person sent together. */
  batchId?: string;
  /** `add-signer`: whether the seat waits for the added one, or the added one for the seat. */
  position?: 'before' | 'after';
}

/** Adds work that no definition foresees, in any open case; it moves no machine. */
export interface AdHocCommand extends CommandBase {
  type: 'ad-hoc';
  add: AddedTask | AddedContact | AddedPromise;
}

/** A question or errand for somebody, or a date in one's own diary. */
export interface AddedTask {
  kind: 'task' | 'diary';
  to: Actor | { department: string };
  /** RFC 3339. A diary date has one; a task without stands under the case's tightest deadline. */
  dueAt?: string;
  text?: Sealed;
  answerExpected?: true;
}

/** A talk with the customer or somebody else about the case, or the attempt. */
export interface AddedContact {
  kind: 'contact';
  channel: 'phone' | 'visit' | 'email' | 'sms' | 'letter' | 'chat';
  direction: 'in' | 'out';
  outcome: 'reached' | 'no-answer' | 'left-message' | 'wrong-number';
  who?: Sealed;
  note?: Sealed;
  /** Where the recording is. */
  recording?: Sealed;
}

/** A dated word given to the customer. */
export interface AddedPromise {
  kind: 'promise';
  /** RFC 3339. */
  dueAt: string;
  text: Sealed;
}

/** Hands the case over to another owner, and answers to that. */
export interface OwnerCommand extends CommandBase {
  type: 'owner';
  /** `name`: by the superior of a case that was handed to and fro; `withdraw`: by the engine, what it has asked for. */
  verb: 'hand-over' | 'accept' | 'decline' | 'name' | 'withdraw';
  /** `hand-over`, `name`: who shall be the owner. */
  to?: Actor;
  /** `hand-over`: the nearest superior of both, as the API found; null where there is none. */
  superior?: string | null;
  /** `hand-over` by the engine: why the owner cannot answer for the case now. */
  because?: 'away' | 'left' | 'excluded';
  /** With `because`: the owner, as of now; absent where the case has none. */
  from?: Actor;
}

/** Ends a promise: it was kept, or it is taken back. */
export interface PromiseCommand extends CommandBase {
  type: 'promise';
  promiseId: string;
  verb: 'keep' | 'cancel';
}

export interface DeadlineCommand extends CommandBase {
  type: 'deadline';
  name: string;
  verb: 'pause' | 'resume' | 'extend';
  cause?: string;
  /** Id of the document that proves the cause. */
  documentId?: string;
  /** `extend`: the name of one of the definition's extensions. */
  extension?: string;
}

export interface IncidentCommand extends CommandBase {
  type: 'incident';
  n: number;
  verb: 'retry' | 'resolve';
  /** `resolve`: what the service would have answered. */
  output?: Json;
}

export interface DocumentCommand extends CommandBase {
  type: 'document';
  document: {
    id: string;
    key: string;
    sha256: string;
    sizeBytes: number;
    mediaType: string;
    name?: Sealed;
  };
}

/** The answer of a service; comes from the durable shell, never from a person. */
export interface ServiceCommand extends CommandBase {
  type: 'service';
  invokeId: string;
  visit: number;
  result: { ok: true; output: Json } | { ok: false; code: string };
}

/** An event that a linked case sent, or the answer to a start of a child. */
export interface MessageCommand extends CommandBase {
  type: 'message';
  from: { caseId: string; epoch: number; seq: number; headHash: string };
  event: string;
  data?: JsonObject;
}

/** Links this case to another; sent by the shell once a child is started, or by a person. */
export interface LinkCommand extends CommandBase {
  type: 'link';
  rel: string;
  caseId: string;
}

/** A newly published calendar: deadlines are computed anew. */
export interface RecalculateCommand extends CommandBase {
  type: 'recalculate';
  calendars: { [id: string]: Calendar };
}

/** Puts the case under another table of who may do what; with a reason. */
export interface AdoptPolicyCommand extends CommandBase {
  type: 'adopt-policy';
  /** The company's own; null: the shipped one. */
  policy: Policy | null;
}

/** Something that the case asked for can never be done; comes from the durable shell and is an incident. */
export interface FailureCommand extends CommandBase {
  type: 'failure';
  effectId: string;
  code: string;
}

/** Takes somebody out of the case who has no part in it 回避, or back in; with a reason. */
export interface RecusalCommand extends CommandBase {
  type: 'recusal';
  verb: 'recuse' | 'readmit';
  person: { id: string; sameAs?: string[] };
  /** Default `recused`. */
  because?: ExclusionCause;
}

/** Ends historical mode: from here on the clock is the real one. */
export interface GoLiveCommand extends CommandBase {
  type: 'go-live';
}

export type Command =
  | EventCommand
  | TaskCommand
  | AdHocCommand
  | PromiseCommand
  | OwnerCommand
  | DeadlineCommand
  | IncidentCommand
  | DocumentCommand
  | ServiceCommand
  | MessageCommand
  | LinkCommand
  | RecalculateCommand
  | AdoptPolicyCommand
  | FailureCommand
  | RecusalCommand
  | GoLiveCommand;

/** What opens a case. `data` is sealed: personal values are references already. */
export interface Opening {
  commandId: string;
  tenant: string;
  caseId: string;
  number: string;
  facts: Facts;
  data: JsonObject;
  /** When the world reported it; never later than the clock. RFC 3339. */
  receivedAt: string;
  mode?: 'historical';
  profile?: string;
  reason?: Sealed;
  links?: { rel: string; caseId: string }[];
  /** SHA-256 of a document that proves the time of receipt and is still to be handed in. */
  evidenceSha256?: string;
  /** Who is answerable for the case from the start. */
  owner?: string;
}

/** What re-opens a closed case. */
export interface Reopening extends CommandBase {
  type: 'reopen';
  data?: JsonObject;
}
