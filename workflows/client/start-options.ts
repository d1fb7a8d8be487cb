import { type SearchAttributePair, TypedSearchAttributes } from '@temporalio/common';
import type { CaseState } from '../../machines/kernel/state.ts';
import { type CaseInput, caseWorkflowId, workflowTypeOf } from '../messages.ts';
import { searchAttributesOf } from '../search-attributes.ts';

/** How a case's workflow is started: options for Temporal's client, beside the task queue. */
export interface CaseStartOptions {
  workflowType: ReturnType<typeof workflowTypeOf>;
  workflowId: string;
  args: [CaseInput];
  typedSearchAttributes: TypedSearchAttributes;
  workflowIdConflictPolicy: 'USE_EXISTING';
  workflowIdReusePolicy: 'ALLOW_DUPLICATE' | 'ALLOW_DUPLICATE_FAILED_ONLY';
}

/** The id of the command that starts the run. */
export const startCommandId = ({ start }: CaseInput): string | undefined => {
  switch (start.type) {
    case 'open':
      return start.opening.commandId;
    case 'reopen':
      return start.reopening.id;
    case 'recover':
      return start.recovery.id;
    case 'continue':
      return undefined;
  }
};

/**
 * @param judged the case as `open`, `reopen` or `recover` of the kernel would leave it now; the run computes it anew
 */
export const caseStartOptions = (input: CaseInput, judged: CaseState): CaseStartOptions => ({
  workflowType: workflowTypeOf(judged.kind),
  workflowId: caseWorkflowId(judged.tenant, judged.caseId),
  args: [input],
  typedSearchAttributes: new TypedSearchAttributes(
    searchAttributesOf(judged).filter((pair): pair is SearchAttributePair => pair.value !== null),
  ),
  workflowIdConflictPolicy: 'USE_EXISTING',
  // A case is opened once; a run whose opening was refused has failed and does not count.
  workflowIdReusePolicy: input.start.type === 'open' ? 'ALLOW_DUPLICATE_FAILED_ONLY' : 'ALLOW_DUPLICATE',
});
