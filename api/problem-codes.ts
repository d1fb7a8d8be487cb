import type { RefusalCode } from '../machines/kernel/refusal.ts';
import type { PeopleFaultCode } from '../machines/people/fault.ts';

/** Codes of our own beside those of the kernel's refusals. Each has a page under docs/problems. */
export type ConditionCode =
  | SignInCode
  | 'AUTHENTICATION_REQUIRED'
  | 'BODY_MALFORMED'
  | 'BODY_TOO_DEEP'
  | 'BODY_TOO_LARGE'
  | 'CASE_BUSY'
  | 'CASE_NOT_RUNNING'
  | 'CURSOR_INVALID'
  | 'ENGINE_AWAY'
  | 'IDEMPOTENCY_KEY_MISSING'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'INPUT_INVALID'
  | 'INTERNAL'
  | 'IN_PROGRESS'
  | 'MEDIA_TYPE_UNSUPPORTED'
  | 'NOT_FOUND'
  | 'PROJECTION_BEHIND'
  | 'STORE_UNAVAILABLE'
  | 'TRAIL_DIVERGED';

/** Of somebody who is not let in; each is recorded as a failed sign-in where a credential was shown. */
export type SignInCode =
  | 'ACCOUNT_DISABLED'
  | 'IDENTITY_PROVIDER_AWAY'
  | 'INVITATION_INVALID'
  | 'LOGIN_UNKNOWN'
  | 'ORIGIN_REFUSED'
  | 'SERVICE_KEY_INVALID'
  | 'SESSION_ENDED'
  | 'SIGN_IN_FAILED'
  | 'TOKEN_EXPIRED'
  | 'TOKEN_INVALID'
  | 'TOO_MANY_TRIES';

/** What the API itself refuses, beside the kernel. */
export type ApiRefusalCode =
  | RefusalCode
  | PeopleFaultCode
  | 'ALREADY_EXISTS'
  | 'BATCH_MIXED'
  | 'BULK_EMPTY'
  | 'BULK_ENDED'
  | 'BULK_TOO_LARGE'
  | 'BULK_TOO_MANY'
  | 'BULK_UNKNOWN'
  | 'CARD_UNREAD'
  | 'CASE_UNKNOWN'
  | 'DEFINITION_UNKNOWN'
  | 'EVIDENCE_REQUIRED'
  | 'FACT_UNKNOWN'
  | 'IMPORT_INVALID'
  | 'PERSON_UNKNOWN'
  | 'POLICY_UNKNOWN'
  | 'SCOPE_REQUIRED';

export type ProblemCode = ApiRefusalCode | ConditionCode;

/** HTTP status and title of each code. */
export const problemCodes: { [code in ProblemCode]: { status: number; title: string } } = {
  ABSENCE_OVERLAPS: { status: 409, title: 'Another absence covers this time' },
  ACCOUNT_CHAINED: { status: 422, title: 'The other account is no main account' },
  ACCOUNT_DISABLED: { status: 403, title: 'The account is disabled' },
  ANSWER_REQUIRED: { status: 422, title: 'An answer is expected' },
  ALREADY_EXISTS: { status: 409, title: 'This id is taken' },
  ALREADY_SIGNED: { status: 409, title: 'Nobody signs twice' },
  APPROVAL_ENDED: { status: 409, title: 'The decision is made' },
  AUTHENTICATION_REQUIRED: { status: 401, title: 'Sign in first' },
  AUTHORITY_EXCEEDED: { status: 409, title: 'The amount exceeds your authority' },
  BATCH_MIXED: { status: 422, title: 'These are not decided together' },
  BODY_MALFORMED: { status: 400, title: 'The body is not JSON' },
  BODY_TOO_DEEP: { status: 422, title: 'The body nests too deep' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large' },
  BULK_EMPTY: { status: 422, title: 'There is nothing to go through' },
  BULK_ENDED: { status: 409, title: 'The job has ended' },
  BULK_TOO_LARGE: { status: 422, title: 'Too many tasks for one job' },
  BULK_TOO_MANY: { status: 409, title: 'Too many jobs at once' },
  BULK_UNKNOWN: { status: 404, title: 'No such job' },
  CALENDAR_UNKNOWN: { status: 422, title: 'No such calendar' },
  CARD_UNREAD: { status: 409, title: 'Open the card first' },
  CASE_BUSY: { status: 503, title: 'Too many commands to this case at once' },
  CASE_CLOSED: { status: 409, title: 'The case is closed' },
  CASE_NOT_RUNNING: { status: 503, title: 'The case has no run' },
  CASE_TOO_LARGE: { status: 409, title: 'The case holds as much as it may' },
  CASE_UNKNOWN: { status: 404, title: 'No such case' },
  CLOCK_NOT_PAUSABLE: { status: 409, title: 'This clock cannot be paused so' },
  CONFLICT_OF_INTEREST: { status: 409, title: 'You are concerned by the matter' },
  CURRENCY_UNKNOWN: { status: 422, title: 'No such currency' },
  CURSOR_INVALID: { status: 422, title: 'The cursor belongs to another list' },
  DATA_INVALID: { status: 422, title: 'The data do not match their form' },
  DEADLINE_NOT_RUNNING: { status: 409, title: 'The deadline is not running' },
  DEADLINE_UNKNOWN: { status: 404, title: 'No such deadline' },
  DEFINITION_UNKNOWN: { status: 422, title: 'No such definition' },
  DELEGATION_CHAINED: { status: 409, title: 'What is lent is not lent on' },
  DELEGATION_EXCEEDED: { status: 409, title: 'More than the person may pass on' },
  DELEGATION_LOOP: { status: 409, title: 'The delegation comes back to its giver' },
  DEPARTMENT_UNKNOWN: { status: 422, title: 'No such department' },
  DOCUMENT_UNKNOWN: { status: 422, title: 'No such document' },
  ENGINE_AWAY: { status: 503, title: 'The engine does not answer' },
  ENTRY_TOO_LARGE: { status: 413, title: 'Too much for one entry' },
  EVENT_NOT_ALLOWED: { status: 409, title: 'The event is not possible now' },
  EVENT_UNKNOWN: { status: 409, title: 'No such event' },
  EVIDENCE_REQUIRED: { status: 422, title: 'Evidence is required' },
  EXTENSION_NOT_ALLOWED: { status: 409, title: 'No further extension' },
  FACT_UNKNOWN: { status: 422, title: 'The definition asks for an unknown fact' },
  FOUR_EYES: { status: 409, title: 'Somebody else must do this' },
  HANDOVER_UNKNOWN: { status: 409, title: 'No such hand-over' },
  HIERARCHY_LOOP: { status: 409, title: 'The way up comes back' },
  IDEMPOTENCY_KEY_MISSING: { status: 400, title: 'Idempotency-Key is missing' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'Idempotency-Key was used for another body' },
  IDENTITY_PROVIDER_AWAY: { status: 503, title: 'The identity provider does not answer' },
  IMPORT_INVALID: { status: 422, title: 'The files have bad lines' },
  INCIDENT_UNKNOWN: { status: 404, title: 'No such open incident' },
  INPUT_INVALID: { status: 422, title: 'The request is not valid' },
  INTERNAL: { status: 500, title: 'Something failed here' },
  INVITATION_INVALID: { status: 409, title: 'The invitation holds no more' },
  IN_PROGRESS: { status: 409, title: 'The first request with this key still runs' },
  LOGIN_UNKNOWN: { status: 403, title: 'Nobody here signs in so' },
  MEDIA_TYPE_UNSUPPORTED: { status: 415, title: 'This content type is not taken' },
  NOBODY_ELIGIBLE: { status: 409, title: 'Nobody could decide' },
  NOT_DELEGATED: { status: 409, title: 'The task is not lent' },
  NOT_FOUND: { status: 404, title: 'Nothing here' },
  NOT_HISTORICAL: { status: 409, title: 'The case is not being imported' },
  ORIGIN_REFUSED: { status: 403, title: 'The request comes from another site' },
  OUTCOME_NOT_ALLOWED: { status: 409, title: 'The task has no such outcome' },
  OWNER_BEING_NAMED: { status: 409, title: 'A superior names the owner' },
  PERIOD_INVALID: { status: 422, title: 'The time is not possible' },
  PERIOD_OVERLAPS: { status: 409, title: 'The same is said twice for one time' },
  PERSON_REQUIRED: { status: 403, title: 'This is somebody else’s act' },
  PERSON_UNKNOWN: { status: 422, title: 'No such person' },
  POLICY_UNCHANGED: { status: 409, title: 'The case follows this table already' },
  POLICY_UNKNOWN: { status: 422, title: 'This table is not in force' },
  PROFILE_UNKNOWN: { status: 422, title: 'No such profile' },
  PROJECTION_BEHIND: { status: 503, title: 'Earlier commands are not stored yet' },
  REASON_REQUIRED: { status: 422, title: 'A reason is required' },
  PROMISE_UNKNOWN: { status: 404, title: 'No such promise' },
  RECALL_TOO_LATE: { status: 409, title: 'Somebody has decided already' },
  REMINDED_ALREADY: { status: 429, title: 'Reminded within the hour' },
  REOPEN_NOT_ALLOWED: { status: 409, title: 'The case cannot be opened again so' },
  RETURN_NOT_ALLOWED: { status: 409, title: 'It cannot go back there' },
  ROLE_REQUIRED: { status: 403, title: 'Another role is required' },
  ROLE_UNKNOWN: { status: 422, title: 'No such role' },
  SCOPE_REQUIRED: { status: 403, title: 'The key does not reach this' },
  SECOND_FACTOR_REQUIRED: { status: 403, title: 'A second factor is required' },
  SEAT_NOT_OPEN: { status: 409, title: 'The seat is not open now' },
  SERVICE_KEY_INVALID: { status: 401, title: 'The service key holds no more' },
  SESSION_ENDED: { status: 401, title: 'The session has ended' },
  SIGNER_NOT_REMOVABLE: { status: 409, title: 'This signer stays' },
  SIGN_IN_FAILED: { status: 401, title: 'The sign-in failed' },
  STALE: { status: 412, title: 'The case has changed since' },
  STATE_FAILED: { status: 409, title: 'A rule of the definition failed' },
  STORE_UNAVAILABLE: { status: 503, title: 'The database cannot be used now' },
  TASK_NOT_OPEN: { status: 409, title: 'The task is closed' },
  TASK_TAKEN: { status: 409, title: 'The task is somebody else’s' },
  TASK_UNKNOWN: { status: 404, title: 'No such task' },
  TIME_INVALID: { status: 422, title: 'The time is not possible' },
  TOKEN_EXPIRED: { status: 401, title: 'The token has expired' },
  TOKEN_INVALID: { status: 401, title: 'The token is not valid here' },
  TOO_MANY_TRIES: { status: 429, title: 'Too many failed tries' },
  TRAIL_DIVERGED: { status: 503, title: 'The case is stopped: its trail diverged' },
  VERB_NOT_ALLOWED: { status: 409, title: 'That is not for such a task' },
  WORK_OPEN: { status: 409, title: 'Work in the case is still open' },
};
