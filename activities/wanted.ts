import type { CandidateQuery } from '../db/read/candidates.ts';
import type { AssignmentRequest } from '../workflows/activity-contract.ts';

/** What is asked of whoever gets a task. */
export type Wanted = Omit<AssignmentRequest, 'effectId' | 'taskId'>;

/** Who is here and has a part in a case, before anything is asked of them. */
export type Present = Pick<CandidateQuery, 'tenant' | 'caseId' | 'notPersons'> & { nowMs: number };
