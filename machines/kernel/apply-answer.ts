import { finishService } from './apply-service.ts';
import { childCaseId } from './ask-approval.ts';
import { taskActed } from './assignment.ts';
import type { MessageCommand } from './command.ts';
import { invokeIdOf } from './compile-machine.ts';
import type { Json, JsonObject } from './json.ts';
import { forgetProposers } from './proposers.ts';
import { requestNow } from './renew-approvals.ts';
import type { Cause, Run } from './run.ts';
import { raiseIncident } from './services.ts';
import { rememberActed } from './tasks.ts';

/**
 * Applies what an approval has come to. An answer to an earlier request, to a subject that has changed since, or from
 * another case than the one asked moves nothing; that it came is recorded. So does an approval that nobody has signed, which
 * is an incident as well: its decision is over, and the case would wait for it for ever.
 */
export const applyAnswer = (run: Run, { from, event, data = {} }: MessageCommand, cause: Cause): void => {
  const { request, subjectHash, outcome, signers } = data as unknown as Answer;
  const running = Object.entries(run.state.services).find(
    ([invokeId, { visit }]) => invokeId === request?.invokeId && visit === request.visit,
  )?.[1];
  cause.fromCaseId = from.caseId;
  if (
    !request ||
    !running ||
    running.subjectHash !== subjectHash ||
    // A clock may have changed it since: then it is asked for anew with this very step.
    requestNow(run, running.service, cause)?.subjectHash !== subjectHash ||
    from.caseId !== childCaseId(run.state.tenant, running.effectId)
  ) {
    cause.type = 'message.dropped';
    cause.data = { from: { ...from }, event, code: 'ANSWER_STALE' };
    return;
  }
  if (outcome === 'approved' && signers?.length === 0) {
    cause.type = 'message.dropped';
    cause.data = { from: { ...from }, event, code: 'ANSWER_UNSIGNED' };
    raiseIncident(run, { kind: 'service', code: 'ANSWER_UNSIGNED', invokeId: request.invokeId });
    return;
  }
  cause.type = 'approval.answered';
  cause.data = { from: { ...from }, data } as unknown as Json;
  const approval = { approvalId: from.caseId, subjectHash, at: run.clock };
  if (outcome === 'approved') {
    run.state = { ...run.state, approved: { ...run.state.approved, [running.service]: approval } };
    forgetProposers(run, running.service);
    rememberSigners(run, request.invokeId, signers ?? []);
  }
  const output: JsonObject = { outcome, approvalId: from.caseId, subjectHash };
  finishService(run, request.invokeId, output, cause);
};

/** Whoever approved has done the work of the state that asked: a later task keeps them out by naming it in `notBy`. */
const rememberSigners = (run: Run, invokeId: string, signers: string[]): void => {
  const asking = [...run.compiled.tree.values()].find(({ id, node }) =>
    [node.invoke ?? []].flat().some((invoke, index) => invokeIdOf(invoke, id, index) === invokeId),
  );
  for (const id of asking ? signers : []) {
    rememberActed(run, taskActed(asking?.id ?? ''), id);
  }
};

interface Answer {
  request?: { invokeId: string; visit: number };
  subjectHash: string;
  outcome: string;
  /**
   * All accounts of those who approved; told with an approval alone. Absent in answers of an engine that did not know them
   * yet, and of examples.
   */
  signers?: string[];
}
