import type { ApprovalDefinition, SigningDefinition } from './approval/definition.ts';
import type { TaskAssignment } from './assignment.ts';
import type { Expression } from './expression.ts';
import type { Json, JsonObject } from './json.ts';

export type { ApprovalCardDefinition, ApprovalDefinition, SigningDefinition } from './approval/definition.ts';

/** A JSON Schema of the subset that `json-schema.ts` interprets, with `x-personal` and `x-restricted`. */
export type JsonSchema = JsonObject;

/** Names of the roles that may do something; `customer`, `system` and `case` (a linked case) are reserved. */
export type Role = string;

/** A title in both languages the product speaks. */
export interface Title {
  zh: string;
  en: string;
}

export type Guard =
  | Expression
  | { and: Guard[] }
  | { or: Guard[] }
  | { not: Guard }
  /** True while the state with this id is active. */
  | { in: string };

/** A value computed from the case (expression), or given as it stands; objects are computed field by field. */
export type Value = Expression | Json | { [key: string]: Value };

export type Action =
  /** Sets fields of the case's data; a key is a dotted path below `data`. */
  | { type: 'assign'; set: { [path: string]: Value } }
  /** Sends an event to the machine itself, now or after an ISO 8601 length of hours, minutes, seconds, days. */
  | { type: 'raise'; event: string; data?: Value; delay?: string; id?: string }
  /** Cancels a delayed `raise` by its id. */
  | { type: 'cancel'; id: string }
  /** Appends a line to the ledger: `add` an amount, or `set` what the lines of this kind shall sum to. */
  | { type: 'ledger'; line: LedgerLineKind; add?: Value; set?: Value; ref?: Value }
  /** Asks for a message to people; it leaves once the entry is stored. */
  | { type: 'deliver'; template: string; to: { customer: true } | { roles: Role[] }; data?: Value }
  /** Starts a child case that `children` names; with `each`, one for every item of a list (`item` in `data`). */
  | { type: 'start'; child: string; data?: Value; each?: Expression }
  /** Sends an event to the cases linked with this relation. */
  | { type: 'tell'; rel: string; event: string; data?: Value }
  /** Marks a document of the checklist as waived (given up, or to be handed in later). */
  | { type: 'waive'; document: Value }
  /** Asks a decision table and puts `{result, rules}` below `data`, at the dotted path `set`. */
  | { type: 'decide'; decision: string; set: string }
  /** Undoes every call of a service that succeeded, newest first, each once, by the service's compensation. */
  | { type: 'compensate'; service: string };

export type LedgerLineKind = 'reserve' | 'approved' | 'paid' | 'failed' | 'reversed' | 'recovered';

export interface Transition {
  target?: string | string[];
  guard?: Guard;
  actions?: Action[];
  reenter?: boolean;
}
export type Transitions = string | Transition | (string | Transition)[];

export interface Invoke {
  id?: string;
  /** A key of `services`. */
  src: string;
  input?: Value;
  onDone?: Transitions;
  /** Where a failure leads; `incident` parks the case for an operator, saying so on purpose. */
  onError: Transitions | 'incident';
}

export interface StateNode {
  /** The stable id that tasks, deadlines and links name; default: the key, which must then be unique. */
  id?: string;
  title?: Title;
  type?: 'parallel' | 'final' | 'history';
  history?: 'shallow' | 'deep';
  /** A history state's default. */
  target?: string;
  initial?: string;
  states?: { [key: string]: StateNode };
  on?: { [event: string]: Transitions };
  always?: Transitions;
  /** Delayed transitions; a key is an ISO 8601 length. */
  after?: { [length: string]: Transitions };
  onDone?: Transitions;
  invoke?: Invoke | Invoke[];
  entry?: Action[];
  exit?: Action[];
  'x-restricted'?: Role[];
}

export interface EventDefinition {
  title?: Title;
  by: Role[];
  /** JSON Schema of the event's data: it is the form. Absent: the event carries none. */
  data?: JsonSchema;
  reason?: 'required' | 'optional';
  /** Four eyes: whoever last sent one of these events in this case may not send this one. */
  notBy?: string[];
  /** The id of the one person whose act it is, by any account or by their right; `false`: anybody's; nothing: nobody's. */
  person?: Expression;
  /** The amount (minor units, currency) judged against the sender's authority; `false`: nothing to judge. */
  authority?: Expression;
  'x-restricted'?: Role[];
}

export type AssignmentPolicy = 'least-loaded' | 'round-robin' | 'by-hand' | { sameAs: string };

export interface TaskDefinition {
  title?: Title;
  role: Role;
  department?: string;
  skills?: string[];
  /** All of them, as all skills. */
  licences?: string[];
  /** One of them: where whoever does it works; or computed from the case, nothing computed asking for none. */
  regions?: string[] | Expression;
  /** Default `by-hand`: candidates claim. */
  assign?: TaskAssignment;
  /** Events that complete the task; each is sent as the task's outcome. */
  outcomes: string[];
  /** Four eyes: whoever completed the task of these states in this case may not do this one. */
  notBy?: string[];
  /** Earlier steps, by the ids of their states, that whoever does the task may return it to; no event is drawn for it. */
  returnTo?: string[];
  checklist?: Title[];
  priority?: 'high' | 'normal' | 'low';
}

/** What starts, stops, pauses or re-opens a deadline: an event or a state, and which of its times counts. */
export type Trigger = (
  | { opened: true }
  | { enter: string | string[] }
  | { exit: string | string[] }
  | { event: string | string[] }
) & {
  /** `occurred` (default): when the world did it, where the command says so. `recorded`: when it was recorded. */
  time?: 'occurred' | 'recorded';
  /** A key of `documents` that must be in the case for the trigger to count. */
  proof?: string;
};

export interface Source {
  kind: 'law' | 'regulator' | 'company promise';
  rule: string;
  article?: string;
  jurisdiction?: string;
  /** How well the rule was checked, in words; e.g. `text read 2026-11`, `secondary source`, `unverified`. */
  checked?: string;
  note?: string;
}

export interface DeadlineDefinition {
  title?: Title;
  source: Source;
  starts: Trigger[];
  stops: Trigger[];
  /** Runs again, from its first start, after having been stopped (a letter that bounced). */
  reopens?: Trigger[];
  /** ISO 8601 length. */
  limit: string;
  /** The open approval step's own limit goes before. */
  perStep?: true;
  count: 'calendar-days' | 'business-days' | 'business-hours' | 'elapsed';
  /** Default: the definition's calendar. */
  calendar?: string;
  lastDay?: 'same' | 'next-business' | 'previous-business';
  /** Fractions of the counted time, ascending; default 0.5, 0.75, 0.9. */
  warnAt?: number[];
  pausedBy?: { cause: string; from: Trigger[]; to: Trigger[] }[];
  /** Causes for which people may pause it by hand; only a company promise may have them. */
  pauseCauses?: { cause: string; by: Role[] }[];
  extensions?: { name: string; limit: string; by: Role[]; notBy?: string[]; tellCustomer?: boolean }[];
  onWarn?: { at: number; tell: Role[] }[];
  onBreach?: { tell: Role[]; raise?: string };
}

export interface DocumentDefinition {
  title?: Title;
  mandatory?: boolean;
  /** 容缺: may be handed in later against an undertaking. */
  deferrable?: boolean;
  waivable?: boolean;
  'x-restricted'?: Role[];
}

export interface ServiceDefinition {
  /** The activity's name, e.g. `payment.pay`. */
  activity: string;
  /** ISO 8601 length one try may take; default PT30S. */
  timeout?: string;
  retry?: { attempts: number; firstDelay: string; factor?: number; maxDelay?: string };
  /** The service that undoes a call which succeeded: a key of `services`; it gets `{service, key, input, output}`. */
  compensation?: { service: string };
  /** A key of `approvals`: it is called only while what that approval approved is unchanged. */
  approval?: string;
}

/** `U`: one rule may apply; `F`: the first that applies; `C`: all, as a list; `P`: the one of the highest output. */
export type HitPolicy = 'U' | 'F' | 'C' | 'P';

/** A decision table as DMN knows it. */
export interface DecisionDefinition {
  title?: Title;
  hitPolicy: HitPolicy;
  /** Read the case, never the event. */
  inputs: { title?: Title; expression: Expression }[];
  outputs: {
    name: string;
    title?: Title;
    schema: JsonSchema;
    /** For `P`: the output's values, the highest first. */
    priority?: Json[];
  }[];
  rules: {
    /** A unary test in FEEL for each input; null and `-`: any value passes. */
    when: (string | null)[];
    /** A value for each output. */
    gives: Value[];
    note?: string;
  }[];
  /** A value for each output where no rule applies; without it the result is null, for `C` an empty list. */
  default?: Value[];
}

export interface ChildDefinition {
  definition: string;
  /** How the child stands to this case, e.g. `part-of`. */
  rel: string;
}

export interface ProfileDefinition {
  title?: Title;
  calendar?: string;
  /** Changes to deadlines; null leaves one out. */
  deadlines: { [name: string]: Partial<DeadlineDefinition> | null };
}

export interface ReopenDefinition {
  title?: Title;
  by: Role[];
  guard?: Guard;
  data?: JsonSchema;
  /** Final state id → where the case goes on, and the deadlines that start again. */
  from: { [finalStateId: string]: { target: string; restart?: string[] } };
}

/**
 * The part of a definition that travels with a case: no titles, layout or scenarios, at most 100 KB.
 * The whole document's schema is in `machines/definition/schema.ts`.
 */
export interface RuntimeDefinition {
  id: string;
  version: string;
  kind: 'claim' | 'exposure' | 'complaint' | 'approval' | 'team' | (string & {});
  owner?: Role;
  calendar: string;
  data: JsonSchema;
  $defs?: { [name: string]: JsonSchema };
  /** Facts that the API looks up for every command: name → JSON Schema. */
  facts?: { [name: string]: JsonSchema };
  events: { [type: string]: EventDefinition };
  machine: StateNode;
  tasks?: { [stateId: string]: TaskDefinition };
  deadlines?: { [name: string]: DeadlineDefinition };
  profiles?: { [name: string]: ProfileDefinition };
  documents?: { [key: string]: DocumentDefinition };
  services?: { [name: string]: ServiceDefinition };
  decisions?: { [name: string]: DecisionDefinition };
  children?: { [name: string]: ChildDefinition };
  approvals?: { [name: string]: ApprovalDefinition };
  /** By the id of the state. */
  signing?: { [stateId: string]: SigningDefinition };
  /** Who may open a case of this definition. */
  open: { by: Role[] };
  reopen?: ReopenDefinition;
}
