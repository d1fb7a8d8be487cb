import type { Scenario, ScenarioCommand } from '../definition/schema-scenario.ts';
import { approvalAnswered, childCaseId } from '../kernel/ask-approval.ts';
import type { Actor, Command, Facts, MessageCommand, Reopening } from '../kernel/command.ts';
import type { RuntimeDefinition } from '../kernel/definition.ts';
import type { Json, JsonObject } from '../kernel/json.ts';
import { sha256Hex } from '../kernel/sha256.ts';
import type { CaseState } from '../kernel/state.ts';
import { sealExample, sealText } from './seal-example.ts';

/** A person of a scenario: the role is the id without a trailing number, unless the scenario says otherwise. */
export const scenarioActor = (scenario: Scenario, id: string): Actor => {
  const { roles = [id.replace(/-?\d+$/, '')], authority, secondFactor } = scenario.people?.[id] ?? {};
  return {
    ...{ id, roles },
    ...(authority === undefined ? {} : { authority }),
    ...(secondFactor === undefined ? {} : { secondFactor }),
  };
};

export const scenarioFacts = (scenario: Scenario, id = 'system'): Facts => ({
  ...(scenario.facts as { [name: string]: Json } | undefined),
  actor: scenarioActor(scenario, id),
});

/** What a scenario's step needs to become a command. */
export interface StepContext {
  scenario: Scenario;
  definition: RuntimeDefinition;
  /** The case as the step finds it. */
  state: CaseState;
  /** Unique within the scenario. */
  id: string;
  as: string | undefined;
  /** Reads the scenario's instants. */
  instant: (written: string) => string;
}

/** The command that a step sends. */
export const scenarioCommand = (send: ScenarioCommand, context: StepContext): Command | Reopening => {
  const { scenario, definition, state, id, instant } = context;
  const root = { $defs: definition.$defs ?? {} };
  const reason =
    'reason' in send && send.reason !== undefined ? { reason: sealText(`${id}/reason`, send.reason) } : {};
  const occurred =
    'occurredAt' in send && send.occurredAt !== undefined ? { occurredAt: instant(send.occurredAt) } : {};
  const base = { id, facts: scenarioFacts(scenario, context.as), ...reason, ...occurred };
  const engine = { id, facts: { actor: { id: 'system', roles: ['system'] } } };
  const dataOf = (event: string | undefined, data: object | undefined) =>
    data === undefined
      ? {}
      : { data: sealExample(definition.events[event ?? '']?.data, root, data as JsonObject) };
  if ('type' in send) {
    return { ...base, type: 'event', event: send.type, ...dataOf(send.type, send.data) };
  }
  if ('task' in send) {
    const { verb, outcome, to, toStep, until, position } = send;
    return {
      ...base,
      type: 'task',
      taskId: openTaskOf(state, send.task, base.facts.actor.roles),
      verb,
      ...(outcome === undefined ? {} : { outcome }),
      ...dataOf(outcome, send.data),
      ...(to === undefined ? {} : { to: scenarioActor(scenario, to) }),
      ...(toStep === undefined ? {} : { toStep }),
      ...(until === undefined ? {} : { until: instant(until) }),
      ...(position === undefined ? {} : { position }),
    };
  }
  if ('document' in send) {
    const { document: key } = send;
    const document = {
      id: `${id}.document`,
      key,
      sha256: sha256Hex(key),
      sizeBytes: 1,
      mediaType: 'text/plain',
    };
    return { ...base, type: 'document', document };
  }
  if ('deadline' in send) {
    const { deadline: name, verb, cause, extension } = send;
    const proof = state.documents.at(-1)?.id;
    return {
      ...base,
      type: 'deadline',
      name,
      verb,
      ...(cause === undefined ? {} : { cause }),
      ...(extension === undefined ? {} : { extension }),
      // The document that came last is the proof of a pause.
      ...(verb === 'pause' && proof !== undefined ? { documentId: proof } : {}),
    };
  }
  if ('service' in send) {
    const [invokeId = send.service, running] =
      Object.entries(state.services).find(([, { service }]) => service === send.service) ?? [];
    const result =
      'fail' in send
        ? { ok: false as const, code: send.fail }
        : { ok: true as const, output: send.output as Json };
    return { ...engine, type: 'service', invokeId, visit: running?.visit ?? 0, result };
  }
  if ('incident' in send) {
    const { incident: n, verb, output } = send;
    return {
      ...base,
      type: 'incident',
      n,
      verb,
      ...(output === undefined ? {} : { output: output as Json }),
    };
  }
  if ('message' in send) {
    const from = { caseId: send.from, epoch: 1, seq: 1, headHash: sha256Hex(send.from) };
    const facts = { actor: { id: send.from, roles: ['case'] } };
    return { id, facts, type: 'message', from, event: send.message, ...dataOf(send.message, send.data) };
  }
  if ('approval' in send) {
    return { id, ...answerOf(state, send.approval, send.outcome) };
  }
  if ('link' in send) {
    return { ...engine, type: 'link', rel: send.link, caseId: send.caseId };
  }
  const data = sealExample(definition.reopen?.data, root, send.reopen as JsonObject);
  return { ...base, type: 'reopen', data };
};

/** The answer of the approval that the case waits for now. */
const answerOf = (state: CaseState, approval: string, outcome: string): Omit<MessageCommand, 'id'> => {
  const [invokeId = '', running] =
    Object.entries(state.services).find(([, { service }]) => service === approval) ?? [];
  const caseId = childCaseId(state.tenant, running?.effectId ?? '');
  return {
    type: 'message',
    event: approvalAnswered,
    from: { caseId, epoch: 1, seq: 1, headHash: sha256Hex(caseId) },
    facts: { actor: { id: caseId, roles: ['case'] } },
    data: {
      request: { approval, invokeId, visit: running?.visit ?? 0 },
      ...{ subjectHash: running?.subjectHash ?? '', outcome },
    },
  };
};

// Of several open tasks of one state, the first that is for one of the roles.
const openTaskOf = (state: CaseState, stateId: string, roles: string[]): string => {
  const open = Object.entries(state.tasks).filter(
    ([, task]) => task.state === stateId && task.status === 'open',
  );
  const [taskId] = open.find(([, { role }]) => roles.includes(role)) ?? open[0] ?? [];
  return taskId ?? stateId;
};
