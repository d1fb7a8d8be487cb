import { approvalCancelled, approvalRel, childCaseId } from './ask-approval.ts';
import type { Effect } from './effect.ts';
import type { JsonObject } from './json.ts';
import { own } from './own.ts';
import { nextId, type Run } from './run.ts';
import type { Incident, RunningService } from './state.ts';

/** Starts a visit to an invoking state: each visit has a number, so that a result of an earlier one is known. */
export const startService = (
  run: Run,
  invokeId: string,
  asked: Pick<RunningService, 'service' | 'input' | 'subjectHash' | 'needs'>,
  key?: string,
): void => {
  const visit = run.state.machine.visits + 1;
  const effectId = nextId(run);
  run.state = { ...run.state, machine: { ...run.state.machine, visits: visit } };
  putService(run, invokeId, { ...asked, visit, effectId, key: key ?? effectId });
  call(run, invokeId);
};

/** Leaves an invoking state: what was asked in this step is not asked any more, what runs is cancelled. */
export const stopService = (run: Run, invokeId: string): void => {
  const running = run.state.services[invokeId];
  if (!running) {
    return;
  }
  const { [invokeId]: _, ...services } = run.state.services;
  run.state = { ...run.state, services };
  const asked = run.effects.some(({ id }) => id === running.effectId);
  if (asked) {
    run.effects = run.effects.filter((effect) => effect.id !== running.effectId);
  } else if (running.subjectHash !== undefined) {
    cancelApproval(run, running);
  } else if (!running.failed) {
    run.effects.push({ type: 'cancelService', id: nextId(run), invokeId, visit: running.visit });
  }
};

export const putService = (run: Run, invokeId: string, running: RunningService): void => {
  run.state = { ...run.state, services: { ...run.state.services, [invokeId]: running } };
};

/**
 * Asks for the service once more, as a new visit but under the same key: what failed without an answer may have been
 * done, and a receiver that knows the key does it once.
 */
export const retryService = (run: Run, invokeId: string): void => {
  const {
    visit: _,
    effectId: __,
    failed: ___,
    key,
    ...asked
  } = run.state.services[invokeId] as RunningService;
  startService(run, invokeId, asked, key);
};

const call = (run: Run, invokeId: string): void => {
  const { service, visit, effectId, key, input, subjectHash, needs } = run.state.services[
    invokeId
  ] as RunningService;
  // What an imported case did outside was done by the system it comes from.
  if (run.state.mode === 'historical') {
    return;
  }
  if (needs && run.state.approved?.[needs.approval]?.subjectHash !== needs.subjectHash) {
    raiseIncident(run, { kind: 'service', code: 'APPROVAL_STALE', invokeId });
  } else if (subjectHash === undefined) {
    run.effects.push({ type: 'callService', id: effectId, key, invokeId, visit, service, input });
  } else {
    run.effects.push(approvalRequest(run, invokeId));
  }
};

const approvalRequest = (run: Run, invokeId: string): Effect => {
  const { service, visit, effectId, input } = run.state.services[invokeId] as RunningService;
  return {
    type: 'startCase',
    id: effectId,
    child: service,
    definition: own(run.compiled.definition.approvals, service)?.definition ?? 'approval',
    rel: approvalRel,
    data: { ...(input as JsonObject), request: { approval: service, invokeId, visit } },
  };
};

const cancelApproval = (run: Run, { effectId }: RunningService): void => {
  run.effects.push({
    type: 'tellCase',
    id: nextId(run),
    caseId: childCaseId(run.state.tenant, effectId),
    event: approvalCancelled,
    data: {},
  });
};

/** Parks the case for an operator; its state stays. */
export const raiseIncident = (
  run: Run,
  incident: Pick<Incident, 'kind' | 'code'> & { invokeId?: string; taskId?: string },
): void => {
  const raised: Incident = { n: run.state.incidents.length + 1, at: run.clock, status: 'open', ...incident };
  run.state = { ...run.state, incidents: [...run.state.incidents, raised] };
  const running = incident.invokeId === undefined ? undefined : run.state.services[incident.invokeId];
  if (incident.invokeId !== undefined && running) {
    putService(run, incident.invokeId, { ...running, failed: true });
  }
};
