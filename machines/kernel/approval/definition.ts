import type { AssignmentPolicy, Title, Value } from '../definition.ts';
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
  /** Who has spoken against it before it was proposed. */
  dissent?: Value;
  /** While it holds nothing about the proposal needs a look, so that it may be approved in a batch unopened. */
  green?: Expression;
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
}
