import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  TimeoutFailure,
} from '@temporalio/workflow';
import { systemFacts } from '../machines/kernel/advance.ts';
import type { Command } from '../machines/kernel/command.ts';
import type { Compiled } from '../machines/kernel/compile.ts';
import type { Effect } from '../machines/kernel/effect.ts';
import type { CaseState } from '../machines/kernel/state.ts';
import type { CaseActivities, OfCase } from './activity-contract.ts';
import type { CausedEffect } from './messages.ts';
import { serviceOptions } from './service-options.ts';

const untilDone = { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '1m' } as const;

const { assignTask, startCase, tellCase } = proxyActivities<CaseActivities>({
  startToCloseTimeout: '30s',
  retry: untilDone,
});

/** An event of a case's own, for a message whose receiver is closed. Where no state takes it, that is recorded. */
export const messageReturned = 'message.returned';

/**
 * Carries out one effect and says what came of it, as the command that the case is to take. Ids come from the effect's:
 * the same effect carried out again brings the same command. What can never be done becomes an incident.
 */
export const effectCommand = async (
  caused: CausedEffect,
  compiled: Compiled,
  state: CaseState,
): Promise<Command | undefined> => {
  try {
    return await carriedOut(caused, compiled, state);
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) {
      throw error;
    }
    const { id } = caused.effect;
    const code = failureCode(error.cause);
    return { id: `${id}.failed`, type: 'failure', effectId: id, code, facts: systemFacts };
  }
};

const carriedOut = async (
  { effect, epoch, seq, headHash }: CausedEffect,
  compiled: Compiled,
  state: CaseState,
): Promise<Command | undefined> => {
  const of: OfCase = { tenant: state.tenant, caseId: state.caseId, effectId: effect.id };
  switch (effect.type) {
    case 'callService':
      return serviceCommand(effect, compiled, { ...of, effectId: effect.key });
    case 'assignTask': {
      const { type: _, id: __, ...request } = effect;
      const to = await assignTask({ ...of, ...request });
      if (to === null) {
        return effect.seat === undefined ? undefined : climbCommand(effect);
      }
      return {
        id: `${effect.id}.assigned`,
        type: 'task',
        taskId: effect.taskId,
        verb: 'assign',
        to,
        facts: systemFacts,
      };
    }
    case 'startCase': {
      const { definition, rel, data, occurredAt } = effect;
      const { profile, clockProfile } = compiled.input;
      const { caseId } = await startCase({
        ...of,
        ...{ definition, rel, data },
        receivedAt: occurredAt ?? state.clockAt,
        ...(state.mode === undefined ? {} : { mode: state.mode }),
        ...(profile === undefined ? {} : { profile }),
        ...(clockProfile === undefined ? {} : { clockProfile }),
      });
      return {
        id: `${effect.id}.linked`,
        type: 'link',
        rel,
        caseId,
        facts: systemFacts,
        ...clock(occurredAt),
      };
    }
    case 'tellCase': {
      const { caseId: to, event, data, occurredAt } = effect;
      const { closed } = await tellCase({
        ...of,
        ...{ to, event, data, from: { epoch, seq, headHash } },
        ...clock(occurredAt),
      });
      return closed === undefined
        ? undefined
        : {
            id: `${effect.id}.returned`,
            type: 'message',
            event: messageReturned,
            data: { event, reason: 'CASE_CLOSED' },
            from: { caseId: to, ...closed },
            facts: { actor: { id: to, roles: ['case'] } },
            ...clock(occurredAt),
          };
    }
    // The outbox has it with its entry; a cancellation is no call.
    case 'deliver':
    case 'cancelService':
      return undefined;
  }
};

const clock = (occurredAt: string | undefined): { occurredAt?: string } =>
  occurredAt === undefined ? {} : { occurredAt };

const serviceCommand = async (
  { id, invokeId, visit, service, input }: Extract<Effect, { type: 'callService' }>,
  compiled: Compiled,
  of: OfCase,
): Promise<Command> => {
  const definition = compiled.definition.services?.[service];
  const answer = (result: Extract<Command, { type: 'service' }>['result']): Command => ({
    ...{ id: `${id}.${visit}.answered`, type: 'service', invokeId, visit, result },
    facts: systemFacts,
  });
  if (!definition) {
    return answer({ ok: false, code: 'SERVICE_UNKNOWN' });
  }
  const options = serviceOptions(definition);
  if (!options) {
    return answer({ ok: false, code: 'SERVICE_INVALID' });
  }
  const { callService } = proxyActivities<CaseActivities>(options);
  try {
    const output = await callService({ ...of, activity: definition.activity, input });
    return answer({ ok: true, output: output ?? null });
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) {
      throw error;
    }
    return answer({ ok: false, code: failureCode(error.cause) });
  }
};

/** Nobody may take the seat: the ladder goes on. At its top nobody is left, which the case records and tells. */
const climbCommand = ({ id, taskId }: Effect & { type: 'assignTask' }): Command => ({
  id: `${id}.climbed`,
  type: 'task',
  taskId,
  verb: 'climb',
  facts: systemFacts,
});

/** A stable code; a failing service's message may hold personal data and stays out of the case. */
const failureCode = (cause: Error | undefined): string => {
  if (cause instanceof TimeoutFailure) {
    return 'SERVICE_TIMEOUT';
  }
  const type = cause instanceof ApplicationFailure ? cause.type : undefined;
  return type && /^[A-Z][A-Z0-9_]{2,63}$/.test(type) ? type : 'SERVICE_FAILED';
};
