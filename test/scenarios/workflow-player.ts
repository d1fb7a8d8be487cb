import { ApplicationFailure } from '@temporalio/common';
import type { Player } from '../../machines/analysis/player.ts';
import type { PreparedScenario } from '../../machines/analysis/run-scenario.ts';
import { instantMs } from '../../machines/kernel/instant.ts';
import type { Json } from '../../machines/kernel/json.ts';
import { timeSkippingCase } from '../support/time-skipping-case.ts';
import type { TimeSkippingWorker } from '../support/time-skipping-worker.ts';

/** Plays in a real workflow. The scenario's instants must lie ahead of the server's clock. */
export const workflowPlayer = (
  worker: TimeSkippingWorker,
  { compiled, opening, answer }: PreparedScenario,
): Player => {
  const { tenant } = opening;
  const services = Object.entries(compiled.definition.services ?? {});
  worker.answerCalls(tenant, async ({ activity }) => {
    const [name = activity] = services.find(([, service]) => service.activity === activity) ?? [];
    const given = answer(name);
    if (given === 'unanswered') {
      // Temporal would try again and in the end give up, which the scenario does not mean.
      throw ApplicationFailure.nonRetryable('Only the pure player can leave it unanswered.', 'NOT_PLAYABLE');
    }
    if ('fail' in given) {
      throw ApplicationFailure.nonRetryable('The scenario says so.', given.fail);
    }
    return given.output as Json;
  });
  const played = timeSkippingCase(worker, compiled, opening, () => true);
  return {
    open: async (given, at) => {
      await worker.skipTo(instantMs(at));
      return played.open(given);
    },
    // `advanceTo` has brought the clock to the step's instant.
    send: (command) => played.send(command),
    advanceTo: (at) => played.advanceTo(instantMs(at)),
    entries: () => played.entries(),
    state: () => played.state(),
  };
};
