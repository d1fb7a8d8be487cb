import { accountsOf, type Human } from './approval/approval.ts';
import { approvalInput } from './ask-approval.ts';
import type { JsonObject } from './json.ts';
import { expressionScope } from './machine-context.ts';
import { own } from './own.ts';
import { proposed } from './proposers.ts';
import type { Cause, Run } from './run.ts';
import { contextOf } from './send-to-machine.ts';
import { startService, stopService } from './services.ts';

/**
 * Asks anew for each approval whose subject the step has changed: nobody's signature may stand under what they have not
 * seen. Whoever changed it is now its proposer, and who proposed it before has no part in deciding it either.
 */
export const renewApprovals = (run: Run, cause: Cause): void => {
  for (const [invokeId, { service, subjectHash, input }] of Object.entries(run.state.services)) {
    const now = subjectHash === undefined ? undefined : requestNow(run, service, cause);
    if (now && now.subjectHash !== subjectHash) {
      const { proposer } = input as unknown as { proposer: Human };
      const request = proposed(run, service, now, cause, accountsOf(proposer));
      stopService(run, invokeId);
      startService(run, invokeId, { service, input: request, subjectHash: now.subjectHash as string });
    }
  }
};

/** What would be asked for now; undefined where the service is no approval. */
export const requestNow = (run: Run, service: string, cause: Cause): JsonObject | undefined => {
  const definition = own(run.compiled.definition.approvals, service);
  const scope = expressionScope(contextOf(run, cause), { type: cause.type });
  return definition && approvalInput(definition, scope, run.compiled.languages);
};
