import type { AssignmentPolicy, Role } from './definition.ts';
import type { Json, JsonObject, Money } from './json.ts';

/** What the kernel asks the outside world to do, once the entry that caused it is stored. */
export type Effect =
  /** Runs an activity whose result comes back as a `service` command. */
  | {
      type: 'callService';
      id: string;
      /** The receiver does the work of one key once, however often it is asked. */
      key: string;
      invokeId: string;
      visit: number;
      service: string;
      input: Json;
    }
  | { type: 'cancelService'; id: string; invokeId: string; visit: number }
  /** Puts a message into the outbox. */
  | {
      type: 'deliver';
      id: string;
      template: string;
      to: { customer: true } | { roles: Role[] };
      data: Json;
    }
  /** Chooses an assignee; comes back as a `task` command with the verb `assign`. */
  | {
      type: 'assignTask';
      id: string;
      taskId: string;
      role: Role;
      department?: string;
      skills: string[];
      policy: AssignmentPolicy;
      /** Persons who may not get it (four eyes), and for `sameAs` the earlier assignee. */
      notPersons: string[];
      samePerson?: string;
      licences?: string[];
      /** Any of them. */
      regions?: string[];
      /** The person named for it: an expression or a table said so. */
      person?: string;
      /** The nearest superior of the first of these goes before everybody else. */
      managerOf?: string[];
      /** A seat of a decision: where nobody may take it, the ladder is climbed. */
      seat?: string;
      /** Who takes it must be able to decide this amount. */
      atLeast?: Money;
    }
  /** Opens a child case; comes back as a `link` command. */
  | {
      type: 'startCase';
      id: string;
      child: string;
      definition: string;
      rel: string;
      data: JsonObject;
      occurredAt?: string;
    }
  /** Sends an event to a linked case. */
  | { type: 'tellCase'; id: string; caseId: string; event: string; data: JsonObject; occurredAt?: string };
