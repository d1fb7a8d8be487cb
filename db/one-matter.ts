import { approvalRel } from '../machines/kernel/ask-approval.ts';

/** Relations of cases that are one matter: who has no part in one has none in the others, and who is near to one sees the next. */
export const oneMatter: readonly string[] = ['part-of', 'team', approvalRel];
