import { refuse } from './apply-event.ts';
import type { IncidentCommand, ServiceCommand } from './command.ts';
import { forgetUndone, keepCompleted, undoes } from './compensation.ts';
import { serviceDoneEvent, serviceFailedEvent } from './compile-machine.ts';
import { triggerDeadlines } from './deadlines.ts';
import type { Json } from './json.ts';
import { KernelError } from './kernel-error.ts';
import { own } from './own.ts';
import type { Refusal } from './refusal.ts';
import { type Cause, type Run, record } from './run.ts';
import { goOnUndoing, sendToMachine } from './send-to-machine.ts';
import { raiseIncident, retryService } from './services.ts';
import { askForSignerAgain } from './signing.ts';
import { usesRight } from './use-right.ts';

/**
 * Applies a service's answer. The answer to an earlier visit, or to a state that was left, moves nothing; that it
 * came is recorded.
 *
 * @returns the type of the entry to record
 */
export const applyService = (run: Run, command: ServiceCommand, cause: Cause): string => {
  const { invokeId, visit, result } = command;
  const running = own(run.state.services, invokeId);
  if (!running || running.visit !== visit || run.state.status === 'closed') {
    return 'service.dropped';
  }
  if (result.ok) {
    finishService(run, invokeId, result.output, cause);
    return 'service.completed';
  }
  const failed = { type: serviceFailedEvent(invokeId), data: { code: result.code } };
  // No state waits for what undoes an earlier call, so its failure is nobody's but an operator's.
  const taken = !undoes(invokeId) && sendToMachine(run, failed, cause);
  if (!taken) {
    raiseIncident(run, { kind: 'service', code: result.code, invokeId });
  }
  return 'service.failed';
};

export const finishService = (run: Run, invokeId: string, output: Json, cause: Cause): void => {
  const { [invokeId]: running, ...services } = run.state.services;
  run.state = { ...run.state, services };
  if (undoes(invokeId)) {
    forgetUndone(run, invokeId);
    goOnUndoing(run, cause);
    return;
  }
  if (running) {
    keepCompleted(run, running, output);
  }
  triggerDeadlines(run, { event: serviceDoneEvent(invokeId) }, cause);
  sendToMachine(run, { type: serviceDoneEvent(invokeId), data: output }, cause);
};

/** Applies an operator's decision on an incident. */
export const applyIncident = (run: Run, command: IncidentCommand, cause: Cause): Refusal | undefined => {
  const { facts, n, verb, reason } = command;
  const incident = run.state.incidents.find((each) => each.n === n && each.status === 'open');
  if (!incident) {
    return refuse(run, facts, 'INCIDENT_UNKNOWN', `There is no open incident ${n}.`);
  }
  if (!usesRight(run, facts, `incident.${verb}`, cause)) {
    return refuse(run, facts, 'ROLE_REQUIRED', 'Incidents are for operators and leads.');
  }
  if (reason === undefined) {
    return refuse(run, facts, 'REASON_REQUIRED', 'Say why.');
  }
  const status = verb === 'retry' ? ('retried' as const) : ('resolved' as const);
  run.state = {
    ...run.state,
    incidents: run.state.incidents.map((each) =>
      each === incident ? { ...each, status, resolvedAt: run.clock } : each,
    ),
  };
  const { invokeId, taskId } = incident;
  if (taskId !== undefined && verb === 'retry') {
    askForSignerAgain(run, taskId);
  }
  // A visit that began since is under way by itself: asked for twice it might pay twice.
  if (invokeId !== undefined && run.state.services[invokeId]?.failed) {
    if (verb === 'retry') {
      retryService(run, invokeId);
    } else {
      finishService(run, invokeId, command.output ?? null, cause);
    }
  }
  return undefined;
};

/** Services that one imported step may pass through before it counts as endless. */
const importedServicesMax = 100;

/**
 * In an imported case services are not called: what they did was done by the system the case comes from. Each
 * answers at once, `{historical: true}`, as an entry of its own.
 */
export const settleImportedServices = (run: Run): void => {
  for (let count = 0; run.state.mode === 'historical'; count++) {
    const [invokeId, running] = Object.entries(run.state.services).find(([, { failed }]) => !failed) ?? [];
    if (invokeId === undefined || running === undefined) {
      return;
    }
    const answer: Cause = {
      type: 'service.completed',
      commandId: `${run.state.caseId}.${run.state.seq + 1}`,
      facts: { actor: { id: 'system', roles: ['system'] } },
      data: { service: running.service, historical: true },
      occurredAt: run.clock,
    };
    const before = { state: run.state, effects: [...run.effects] };
    try {
      if (count >= importedServicesMax) {
        throw new KernelError('ENDLESS_LOOP', 'Services of an imported case lead from one to the next.');
      }
      finishService(run, invokeId, { historical: true }, answer);
      record(run, answer);
    } catch (error) {
      if (!(error instanceof KernelError)) {
        throw error;
      }
      run.state = before.state;
      run.effects = before.effects;
      raiseIncident(run, {
        kind: error.code === 'ENDLESS_LOOP' ? 'loop' : 'service',
        code: error.code,
        invokeId,
      });
      record(run, { ...answer, type: 'incident.raised', data: { code: error.code } });
    }
  }
};
