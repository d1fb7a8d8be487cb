import { runtimePart } from '../../machines/definition/runtime-part.ts';
import type { DefinitionDocument } from '../../machines/definition/schema.ts';
import type {
  Scenario,
  ScenarioCommand,
  ScenarioStep,
  ServiceAnswer,
} from '../../machines/definition/schema-scenario.ts';
import type { Calendar } from '../../machines/kernel/calendar.ts';
import type { Command, Facts } from '../../machines/kernel/command.ts';
import { compile } from '../../machines/kernel/compile.ts';
import type { Effect } from '../../machines/kernel/effect.ts';
import type { Entry, EntryLeaf } from '../../machines/kernel/entry.ts';
import type { Json, JsonObject } from '../../machines/kernel/json.ts';
import type { JsonSchema } from '../../machines/kernel/json-schema.ts';
import { open, reopen } from '../../machines/kernel/open.ts';
import { isRefusal, type Refusal } from '../../machines/kernel/refusal.ts';
import { sha256Hex } from '../../machines/kernel/sha256.ts';
import type { CaseState } from '../../machines/kernel/state.ts';
import { type Step, step, wake } from '../../machines/kernel/step.ts';
import { sealPersonal } from './seal-personal.ts';

export interface ScenarioRun {
  /** What did not hold, one sentence each; none means that the example holds. */
  failures: string[];
  /** The case at the end; absent where its opening was refused. */
  state?: CaseState;
  effects: Effect[];
}

/** Runs one example of a definition through the pure kernel. */
export const runScenario = (
  document: DefinitionDocument,
  scenario: Scenario,
  calendars: { [id: string]: Calendar },
): ScenarioRun => {
  const definition = runtimePart(document);
  const root = { $defs: (definition.$defs ?? {}) as { [name: string]: JsonSchema } };
  const compiled = compile({
    definition,
    ref: { id: definition.id, version: definition.version, hash: sha256Hex(definition.id) },
    calendars,
    profile: scenario.profile,
  });
  const seal = (schema: JsonSchema | undefined, data: JsonObject): JsonObject =>
    schema === undefined ? data : sealPersonal(schema, root, data);
  const text = (given: string) => ({ ref: given, commitment: sha256Hex(given) });
  const factsOf = (as = 'system'): Facts => {
    const person = scenario.people?.[as];
    const role = as.replace(/-\d+$/, '');
    const actor = {
      id: as,
      roles: person?.roles ?? [role],
      ...(person?.authority === undefined ? {} : { authority: person.authority }),
    };
    return { ...scenario.facts, actor };
  };
  const answered: { [service: string]: number } = {};
  const answerOf = (service: string): ServiceAnswer => {
    const given = scenario.services?.[service] ?? { output: {} };
    const list = Array.isArray(given) ? given : [given];
    const count = answered[service] ?? 0;
    answered[service] = count + 1;
    return list[Math.min(count, list.length - 1)] ?? 'unanswered';
  };
  const failures: string[] = [];
  const effects: Effect[] = [];
  const opening = scenario.opening;
  const openedAt = instant(opening.receivedAt);
  let came: Step | Refusal = open(
    compiled,
    {
      commandId: 'opening',
      tenant: 'example',
      caseId: 'case-0',
      number: 'X-1',
      facts: factsOf(opening.as),
      data: seal(definition.data as JsonSchema, opening.data),
      receivedAt: openedAt,
      ...(scenario.profile === undefined ? {} : { profile: scenario.profile }),
      ...(opening.links === undefined ? {} : { links: opening.links }),
    },
    openedAt,
  );
  if (isRefusal(came)) {
    const why = `${came.code} ${came.detail} ${JSON.stringify(came.errors ?? [])}`;
    return { failures: [`The opening was refused: ${why}`], effects: [] };
  }
  let state = came.state;
  let recorded: Entry[] = [];
  const take = (made: Step, at: string): void => {
    state = made.state;
    recorded.push(...made.entries);
    effects.push(...made.effects);
    for (const effect of made.effects) {
      const answer = effect.type === 'callService' ? answerOf(effect.service) : 'unanswered';
      if (effect.type === 'callService' && answer !== 'unanswered') {
        const next = step(compiled, state, serviceCommand(effect, answer), at);
        if (isRefusal(next)) {
          failures.push(`The answer of ${effect.service} was refused: ${next.code}.`);
        } else {
          take(next, at);
        }
      }
    }
  };
  take(came, openedAt);

  const commandOf = (send: ScenarioCommand, facts: Facts, id: string): Command => {
    const base = {
      id,
      facts,
      ...('reason' in send && send.reason !== undefined ? { reason: text(send.reason) } : {}),
      ...('occurredAt' in send && send.occurredAt !== undefined
        ? { occurredAt: instant(send.occurredAt) }
        : {}),
    };
    if ('type' in send) {
      const schema = definition.events[send.type]?.data as JsonSchema | undefined;
      return {
        ...base,
        type: 'event',
        event: send.type,
        ...(send.data === undefined ? {} : { data: seal(schema, send.data) }),
      };
    }
    if ('document' in send) {
      const document = {
        id: `${id}-${send.document}`,
        key: send.document,
        sha256: sha256Hex(send.document),
        sizeBytes: 1,
        mediaType: 'text/plain',
      };
      return { ...base, type: 'document', document };
    }
    if ('deadline' in send) {
      const { deadline: name, verb, cause, extension } = send;
      return { ...base, type: 'deadline', ...given({ name, verb, cause, extension }) };
    }
    if ('message' in send) {
      const from = { caseId: send.from, epoch: 1, seq: 1, headHash: sha256Hex(send.from) };
      const message = { actor: { id: send.from, roles: ['case'] } };
      return {
        ...base,
        facts: message,
        type: 'message',
        ...given({ from, event: send.message, data: send.data }),
      };
    }
    if ('link' in send) {
      return { ...base, facts: factsOf(), type: 'link', rel: send.link, caseId: send.caseId };
    }
    if ('incident' in send) {
      return {
        ...base,
        type: 'incident',
        n: send.incident,
        ...given({ verb: send.verb, output: send.output }),
      };
    }
    if ('task' in send) {
      const [taskId = ''] =
        Object.entries(state.tasks).find(([, task]) => task.state === send.task && task.status === 'open') ??
        [];
      const { verb, outcome, data } = send;
      return { ...base, type: 'task', taskId, ...given({ verb, outcome, data }) };
    }
    if ('service' in send) {
      const [invokeId = '', running] =
        Object.entries(state.services).find(([, { service }]) => service === send.service) ?? [];
      const result =
        'fail' in send
          ? { ok: false as const, code: send.fail }
          : { ok: true as const, output: send.output as Json };
      return { ...base, facts: factsOf(), type: 'service', invokeId, visit: running?.visit ?? 0, result };
    }
    throw new Error('A reopening is no command.');
  };

  const run = ({ at, as, send, ...expected }: ScenarioStep, n: number): void => {
    const now = instant(at);
    recorded = [];
    const fail = (what: string) => failures.push(`Step ${n + 1} (${at}): ${what}`);
    if (state.status === 'open') {
      take(wake(compiled, state, now), now);
    }
    if (send !== undefined) {
      const facts = factsOf(as);
      const id = `step-${n + 1}`;
      came =
        'reopen' in send
          ? reopen(
              compiled,
              state,
              {
                id,
                type: 'reopen',
                facts,
                data: send.reopen,
                ...(send.reason === undefined ? {} : { reason: text(send.reason) }),
              },
              now,
            )
          : step(compiled, state, commandOf(send, facts, id), now);
      if (isRefusal(came)) {
        if (came.code !== expected.refused) {
          fail(`refused with ${came.code} (${came.detail}) ${JSON.stringify(came.errors ?? [])}.`);
        }
      } else {
        take(came, now);
        if (expected.refused !== undefined) {
          fail(`was not refused with ${expected.refused}.`);
        }
      }
    }
    for (const id of [expected.in ?? []].flat()) {
      if (!state.machine.states.includes(id)) {
        fail(`is in ${state.machine.states.join(', ')}, not in ${id}.`);
      }
    }
    const lines = recorded.map(lineOf);
    let from = 0;
    for (const line of expected.expect ?? []) {
      const found = lines.indexOf(line, from);
      if (found < 0) {
        fail(`recorded ${lines.join('; ') || 'nothing'}, without ${line}.`);
      }
      from = Math.max(from, found + 1);
    }
    if (expected.expect?.length === 0 && lines.length > 0) {
      fail(`recorded ${lines.join('; ')}.`);
    }
    if (lines.some((line) => /^(incident\.raised|message\.dropped|service\.dropped)/.test(line))) {
      fail(`recorded ${lines.join('; ')}.`);
    }
  };
  for (const [n, one] of scenario.steps.entries()) {
    run(one, n);
  }
  return { failures, state, effects };
};

/** An entry as examples write it: its type, and what it is about. */
const lineOf = (entry: Entry): string => {
  const { data } = JSON.parse(entry.leaf) as EntryLeaf;
  const about = (data as JsonObject | null)?.deadline;
  return typeof about === 'string' ? `${entry.type} ${about}` : entry.type;
};

/** Examples of the library write instants with their offset. */
const instant = (written: string): string => new Date(written).toISOString();

const serviceCommand = (
  effect: Extract<Effect, { type: 'callService' }>,
  answer: Exclude<ServiceAnswer, 'unanswered'>,
): Command => ({
  id: `${effect.id}.answered`,
  facts: { actor: { id: 'system', roles: ['system'] } },
  type: 'service',
  invokeId: effect.invokeId,
  visit: effect.visit,
  result: 'fail' in answer ? { ok: false, code: answer.fail } : { ok: true, output: answer.output as Json },
});

type Given<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The fields that are there: an absent one is left out rather than undefined. */
const given = <T extends object>(fields: T): Given<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;
