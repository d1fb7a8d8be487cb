/** Stable codes of refusals; each has a page under docs/problems. */
export type RefusalCode =
  | 'EVENT_NOT_ALLOWED'
  | 'EVENT_UNKNOWN'
  | 'ROLE_REQUIRED'
  | 'PERSON_REQUIRED'
  | 'FOUR_EYES'
  | 'AUTHORITY_EXCEEDED'
  | 'DATA_INVALID'
  | 'REASON_REQUIRED'
  | 'TIME_INVALID'
  | 'CASE_CLOSED'
  | 'TASK_UNKNOWN'
  | 'TASK_NOT_OPEN'
  | 'TASK_TAKEN'
  | 'OUTCOME_NOT_ALLOWED'
  | 'VERB_NOT_ALLOWED'
  | 'DEADLINE_UNKNOWN'
  | 'CLOCK_NOT_PAUSABLE'
  | 'DEADLINE_NOT_RUNNING'
  | 'EXTENSION_NOT_ALLOWED'
  | 'INCIDENT_UNKNOWN'
  | 'DOCUMENT_UNKNOWN'
  | 'PROFILE_UNKNOWN'
  | 'NOT_HISTORICAL'
  | 'REOPEN_NOT_ALLOWED'
  | 'ENTRY_TOO_LARGE'
  | 'CASE_TOO_LARGE'
  | 'STALE'
  | 'STATE_FAILED'
  | 'WORK_OPEN'
  | 'ANSWER_REQUIRED'
  | 'PROMISE_UNKNOWN'
  | 'HANDOVER_UNKNOWN'
  | 'OWNER_BEING_NAMED'
  | 'NOT_DELEGATED'
  | 'REMINDED_ALREADY'
  | 'APPROVAL_ENDED'
  | 'SEAT_NOT_OPEN'
  | 'CONFLICT_OF_INTEREST'
  | 'ALREADY_SIGNED'
  | 'DELEGATION_CHAINED'
  | 'RETURN_NOT_ALLOWED'
  | 'RECALL_TOO_LATE'
  | 'SIGNER_NOT_REMOVABLE'
  | 'NOBODY_ELIGIBLE'
  | 'SECOND_FACTOR_REQUIRED'
  | 'POLICY_UNCHANGED';

/** A command that was not accepted: nothing changed. `detail` holds no personal value. */
export interface Refusal {
  refused: true;
  code: RefusalCode;
  detail: string;
  /** Event types this actor may send instead. */
  allowed: string[];
  /** For `DATA_INVALID`: JSON pointers into the command's data. */
  errors?: { pointer: string; message: string }[];
}

export const isRefusal = (value: object): value is Refusal => 'refused' in value;
