import type { Approval } from './approval/approval.ts';
import type { TaskChoice } from './assignment.ts';
import type { AddedContact } from './command.ts';
import type { DeadlineDefinition, LedgerLineKind } from './definition.ts';
import type { Pause } from './due-date.ts';
import type { Json, JsonObject, Money, Sealed } from './json.ts';
import type { Exclusion } from './policy/exclusion.ts';

/** Identity of a published definition version; `hash` is the SHA-256 of its canonical JSON, in hex. */
export interface DefinitionRef {
  id: string;
  version: string;
  hash: string;
}

/** Identity of a company's own table of who may do what; `hash` is the SHA-256 of its canonical JSON, in hex. */
export interface PolicyRef {
  id: string;
  version: string;
  hash: string;
}

/**
 * A running case as the kernel sees it: JSON of our own shape. Instants are RFC 3339 UTC strings with
 * milliseconds. No personal value is ever in it, only `Sealed` references.
 */
export interface CaseState {
  v: 1;
  /** Behaviour version of the kernel that this run follows. */
  kernel: number;
  tenant: string;
  caseId: string;
  number: string;
  kind: string;
  definition: DefinitionRef;
  /** The company's own table that decides in it, as of its opening or its last move; absent: the shipped one of its kernel. */
  policy?: PolicyRef;
  /** Raised by each re-opening. */
  epoch: number;
  /** Import of old data: the clock is each command's `occurredAt`; nothing leaves the house. */
  mode?: 'historical';
  profile?: string;
  status: 'open' | 'closed';
  receivedAt: string;
  openedAt: string;
  closedAt?: string;
  /** The case's clock at its last step: workflow time, or in historical mode the file's time. */
  clockAt: string;
  machine: MachineState;
  data: JsonObject;
  ledger: LedgerLine[];
  tasks: { [taskId: string]: Task };
  deadlines: { [name: string]: Deadline };
  documents: CaseDocument[];
  links: Link[];
  incidents: Incident[];
  /** Armed delayed events by their id. */
  timers: { [id: string]: Timer };
  /** Services under way by invoke id. */
  services: { [invokeId: string]: RunningService };
  /** Calls that succeeded and can be undone, oldest first; absent where there has been none. */
  completed?: CompletedCall[];
  /** All accounts of those who have proposed what an approval decides since it was last approved, by its name. */
  proposed?: { [approval: string]: string[] };
  /** What was approved last, by the approval's name. */
  approved?: { [name: string]: { approvalId: string; subjectHash: string; at: string } };
  /** In an approval's own case: the decision, and the state that has it made. */
  signing?: { state: string; approval: Approval };
  /** Event type → ids of the persons who sent it, oldest first, each once. For the four-eyes rules. */
  acted: { [eventType: string]: string[] };
  /** Talks about the case, by id; absent where none was recorded. */
  contacts?: { [contactId: string]: Contact };
  /** People who have no part in the case and do not see it, by their id; absent where there are none. */
  excluded?: { [personId: string]: Exclusion };
  /** The person answerable for the case. */
  owner: string | null;
  /** Who got a copy of the case. */
  watchers?: string[];
  /** Somebody is asked to become the owner, or (`superior`; null: any manager) to name one. */
  handover?: Handover;
  /** What was handed from person to person, by the seq that it was asked with. */
  transfers?: { [id: string]: Transfer };
  /** Calendar id → SHA-256 of the pinned slice. */
  calendars: { [id: string]: string };
  seq: number;
  /** The last seq that changed states, data or tasks. */
  rev: number;
  headHash: string;
  /** The last 256 command ids, oldest first, with the seq that answered them. */
  answered: [commandId: string, seq: number][];
}

export interface MachineState {
  /** Ids of the active atomic and final states in document order. */
  states: string[];
  /** History state id → the ids it would restore. */
  history: { [historyStateId: string]: string[] };
  /** Counts visits to invoking states, so that a late result of an earlier visit is known. */
  visits: number;
}

export interface LedgerLine {
  n: number;
  line: LedgerLineKind;
  amount: Money;
  at: string;
  actorId: string;
  /** What the line is about: a payment id, a child case. */
  ref?: Json;
  /** The case that reported the line, where it is a child's. */
  caseId?: string;
}

export interface Task {
  /** Id of the state that the task belongs to. */
  state: string;
  status: 'open' | 'completed' | 'cancelled';
  role: string;
  department?: string;
  assignee: string | null;
  openedAt: string;
  closedAt?: string;
  completedBy?: string;
  outcome?: string;
  /** What the definition computed of who gets it; absent where it computes nothing. */
  choice?: TaskChoice;
  /** The seat of a decision by several people that this task is for. */
  seat?: string;
  /** It is lent to its assignee, for a time or until it is resolved or taken back. */
  delegation?: { from: string; to: string; until?: string };
  /** What the last one it was lent to said of it. */
  resolved?: { by: string; at: string; text?: Sealed };
  /** Who reminded of it within the hour. */
  reminded?: { [personId: string]: string };
  /** It came from another department, and is not accepted yet: the key of `transfers`. */
  transfer?: string;
  /** A person added it: no state of the machine waits for it. */
  adHoc?: AdHocWork;
}

export type AdHocKind = 'task' | 'diary' | 'evidence' | 'handover' | 'owner';

export interface Handover {
  from: string;
  to?: string;
  superior?: string | null;
  at: string;
  /** The engine asks, as the owner cannot answer for the case now. */
  because?: 'away' | 'left' | 'excluded';
  /** Keys of `transfers` and `tasks`. */
  transfer: string;
  taskId: string;
}

/** A case, or a task of another department, that went from one person to another: whose time it was, and how it ended. */
export interface Transfer {
  of: 'owner' | 'task';
  taskId?: string;
  from: string;
  to: string;
  fromDepartment: string | null;
  toDepartment: string | null;
  at: string;
  /** A fingerprint of what was known of the case then. */
  fact: string;
  /** While it is `asked`, its time is the sender's. */
  status: 'asked' | 'accepted' | 'declined' | 'named' | 'withdrawn';
  endedAt?: string;
}

/** What a task says that a person added. */
export interface AdHocWork {
  kind: AdHocKind;
  /** Who added it. */
  by: string;
  /** Its own date; without one it stands under the case's tightest deadline. */
  dueAt?: string;
  text?: Sealed;
  answerExpected?: true;
  answer?: Sealed;
  /** `evidence`: of the document that it waits for. */
  sha256?: string;
}

/** A talk, or the attempt: what was said of it, by whom, and when it was. */
export type Contact = Omit<AddedContact, 'kind'> & { by: string; at: string };

export interface Deadline {
  /** A breached deadline runs on until it is stopped; `stoppedAt` then says when. */
  status: 'running' | 'paused' | 'met' | 'breached' | 'cancelled';
  startedAt: string;
  limit: string;
  /** Null while paused. */
  dueAt: string | null;
  pauses: Pause[];
  /** Warnings by fraction of the counted time, ascending; `done` once given. */
  warnings: { fraction: number; at: string; done?: true }[];
  extensions: { name: string; at: string; limit: string; actorId: string }[];
  provisional: boolean;
  stoppedAt?: string;
  breachedAt?: string;
  /** A breach found when its time had already passed: at opening, or after an outage. */
  late?: 'on-arrival' | 'after-outage';
  /** What it is for, where no definition has it; `rule` is then the definition that was made for it, as for a seat's. */
  adHoc?: { kind: 'promise' | 'owner'; by: string; text?: Sealed };
  rule?: DeadlineDefinition;
  /** The seat of a decision by several people whose time alone this is. */
  seat?: string;
}

export interface Timer {
  dueAt: string;
  /** XState's own event type, or a definition's event that was raised with a delay. */
  event: { type: string; data?: Json };
}

export interface RunningService {
  service: string;
  visit: number;
  effectId: string;
  /** What the receiver knows the work by: the first effect's id, kept when an operator retries. */
  key: string;
  input: Json;
  /** Set while an incident about it is open. */
  failed?: boolean;
  /** It is an approval that was asked for: SHA-256 of what people sign. */
  subjectHash?: string;
  /** It is done only while what was approved is this. */
  needs?: { approval: string; subjectHash: string };
}

/** A call of a service that has a compensation. */
export interface CompletedCall {
  service: string;
  /** What its receiver knows it by. */
  key: string;
  input: Json;
  output: Json;
  /** Set once the machine has asked to undo it. */
  undoing?: true;
}

export interface Incident {
  n: number;
  at: string;
  status: 'open' | 'retried' | 'resolved';
  kind: 'service' | 'loop' | 'seat';
  /** A stable code, never a message of the failing service (it may hold personal data). */
  code: string;
  invokeId?: string;
  /** The task of the seat that nobody may take. */
  taskId?: string;
  resolvedAt?: string;
}

export interface Link {
  rel: string;
  caseId: string;
}

export interface CaseDocument {
  id: string;
  /** Key of the definition's checklist, or `other`. */
  key: string;
  status: 'received' | 'waived' | 'deferred';
  sha256?: string;
  sizeBytes?: number;
  mediaType?: string;
  name?: Sealed;
  at: string;
}
