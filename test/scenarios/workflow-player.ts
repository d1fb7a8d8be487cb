import { ApplicationFailure } from '@temporalio/common';
import type { Player } from '../../machines/analysis/player.ts';
import type { PreparedScenario } from '../../machines/analysis/run-scenario.ts';
import type { ScenarioCommand, ServiceAnswer } from '../../machines/definition/schema-scenario.ts';
import { type Compiled, compile } from '../../machines/kernel/compile.ts';
import { instantMs } from '../../machines/kernel/instant.ts';
import type { Json } from '../../machines/kernel/json.ts';
import { timeSkippingCase } from '../support/time-skipping-case.ts';
import { type AnswerCall, type TimeSkippingWorker, unanswered } from '../support/time-skipping-worker.ts';

/** Plays in a real workflow. The scenario's instants must lie ahead of the server's clock. */
export const workflowPlayer = (worker: TimeSkippingWorker, prepared: PreparedScenario): Player => {
  const { opening } = prepared;
  const parked = new Set<string>();
  worker.answerCalls(opening.tenant, answerCalls(worker, prepared, parked));
  const compiled = namingServices(prepared.compiled);
  const played = timeSkippingCase(worker, compiled, opening, (key) => !parked.has(key));
  return {
    open: async (given, at) => {
      await worker.skipTo(instantMs(at));
      return played.open(given);
    },
    // `advanceTo` has brought the clock to the step's instant.
    send: async (command, at) => {
      if (command.type !== 'service') {
        return played.send(command);
      }
      const running = (await played.state()).services[command.invokeId];
      // The call itself is tried again at this instant, and then answered: see below.
      parked.delete(running?.key ?? '');
      await played.advanceTo(instantMs(at));
      return undefined;
    },
    advanceTo: (at) => played.advanceTo(instantMs(at)),
    entries: () => played.entries(),
    state: () => played.state(),
  };
};

/** Several services may share an activity; here each call says which of them it is for. */
const namingServices = ({ input }: Compiled): Compiled => {
  const services = Object.entries(input.definition.services ?? {});
  const named = services.map(([name, service]) => [name, { ...service, activity: name }]);
  return compile({
    ...input,
    definition: { ...input.definition, services: Object.fromEntries(named) },
  });
};

type Given = Exclude<ServiceAnswer, 'unanswered'>;
type LaterAnswer = Extract<ScenarioCommand, { service: string }>;

/** Steps are as little as a minute apart; what the server's clock shows while one is played is less than this late. */
const lateMsMax = 30_000;

/**
 * Answers as the scenario says. Nobody but the engine can answer for a service, so what a later step answers is left
 * open until that step's instant and answered then.
 */
const answerCalls = (
  worker: TimeSkippingWorker,
  { scenario, instant, answer }: PreparedScenario,
  parked: Set<string>,
): AnswerCall => {
  const later = new Map<string, LaterAnswer>();
  const used = new Set<LaterAnswer>();
  return async ({ activity: service, effectId }) => {
    const due = later.get(effectId);
    if (due) {
      later.delete(effectId);
      return outputOf(due);
    }
    const given = answer(service);
    if (given !== 'unanswered') {
      return outputOf(given);
    }
    parked.add(effectId);
    const nowMs = await worker.nowMs();
    for (const { at, send } of scenario.steps) {
      const atMs = instantMs(instant(at));
      if (
        send &&
        'service' in send &&
        send.service === service &&
        !used.has(send) &&
        atMs > nowMs - lateMsMax
      ) {
        used.add(send);
        later.set(effectId, send);
        throw unanswered(Math.max(atMs - nowMs, 1));
      }
    }
    throw unanswered();
  };
};

const outputOf = (given: Given | LaterAnswer): Json => {
  if ('fail' in given) {
    throw ApplicationFailure.nonRetryable('The scenario says so.', given.fail);
  }
  return given.output as Json;
};
