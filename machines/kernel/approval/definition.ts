import type { AssignmentPolicy, Role, Title, Value } from '../definition.ts';
import type { Expression } from '../expression.ts';
import type { ApprovalPlan, ApprovalStep } from './plan.ts';

/**
 * A decision by several people, as a case of its own. A state asks for it by an `invoke` whose `src` names it, and is told
 * `{outcome, approvalId, subjectHash}` by `onDone`: approved, rejected, returned or recalled. Leaving the state cancels it.
 */
export interface ApprovalDefinition {
  title?: Title;
  /** The definition of the approval's case; default `approval`. */
  definition?: string;
  plan: { steps: (ApprovalStep & { when?: Expression })[] } & Pick<
    ApprovalPlan,
    'ladder' | 'secondFactorAbove'
  >;
  /** What people sign. Where it changes meanwhile, they are asked anew. */
  subject: Value;
  /** The cumulative amount that authority is judged by; null: none. */
  amount?: Expression;
  /** Ids of the persons who are concerned by the matter. */
  barred?: Expression;
  /** What people read beside the subject; it does not travel with a case. */
  card?: ApprovalCardDefinition;
}

/** What an approval's card shows beside what is signed. Read when the card is, and signed by nobody. */
export interface ApprovalCardDefinition {
  /** What the subject's values are called, by their key; default: as the case's data are. */
  titles?: { [key: string]: Title };
  /** What the proposal rests on: the clause of the policy, the article of the law. */
  clause?: Value;
  /** What proves it, beside the case's documents. */
  evidence?: Value;
  /** Relations to other cases whose documents are evidence too, e.g. `part-of`. */
  documents?: string[];
  /** Who has spoken against it before it was proposed. */
  dissent?: Value;
  /** What they said, where another case holds it. */
  objections?: ObjectionsDefinition;
  /** While it holds nothing about the proposal needs a look, so that it may be approved in a batch unopened. */
  green?: Expression;
}

/** Where objections stand: in the last such event of a case that relations lead to, whose data list `{department, why}`. */
export interface ObjectionsDefinition {
  /** One after the other from the case that asks, e.g. over its claim to the team. */
  through: string[];
  event: string;
  /** The key of the list in the event's data. */
  list: string;
  /** What the departments are called. */
  titles?: { [department: string]: Title };
}

/** What a state of an approval's own case has several people decide. The machine is told `approval.OUTCOME`. */
export interface SigningDefinition {
  /** The plan, with its conditions judged. */
  plan: Expression;
  subjectHash: Expression;
  amount: Expression;
  /** `{id, sameAs}` */
  proposer: Expression;
  barred: Expression;
  /** Who gets a seat that many may take; default `least-loaded`. */
  assign?: AssignmentPolicy;
  /** Whom to tell once nobody is left whom a seat could be given to, at the ladder's top neither; it is then an incident. */
  unfilled?: { tell: Role[] };
  /** `fitting`: a seat that is not for an authority over amounts is lent only to who has what it asks for. */
  lends?: 'fitting';
  /** The deadline, by its name, that a seat's own `limit` counts like: its calendar, warnings and whom it tells. Absent: none counts. */
  seatClock?: string;
}
