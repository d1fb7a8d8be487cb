import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { Command } from '../machines/kernel/command.ts';
import type { CausedEffect } from './messages.ts';

export interface EffectsRunner {
  /** Begins to carry out effects whose entries are stored. */
  start: (effects: CausedEffect[]) => void;
  /** Those that have not ended, for the next run. */
  underWay: () => CausedEffect[];
}

interface Running {
  caused: CausedEffect;
  scope: CancellationScope;
}

/**
 * Carries out what the case asks of the world, each effect by itself; what came of it goes back to the case.
 *
 * @param carryOut runs the effect's activity
 * @param take applies the command that came of it
 */
export const createEffectsRunner = (
  carryOut: (caused: CausedEffect) => Promise<Command | undefined>,
  take: (command: Command) => Promise<void>,
  broken: (error: Error) => void,
): EffectsRunner => {
  const running = new Map<string, Running>();
  /** What this run has ever begun: none is begun twice, whoever asks. */
  const begun = new Set<string>();

  const run = async (caused: CausedEffect): Promise<void> => {
    const scope = new CancellationScope();
    running.set(caused.effect.id, { caused, scope });
    try {
      const command = await scope.run(() => carryOut(caused));
      if (command !== undefined) {
        await take(command);
      }
    } catch (error) {
      if (!isCancellation(error)) {
        throw error;
      }
    } finally {
      running.delete(caused.effect.id);
    }
  };

  const cancel = (invokeId: string, visit: number): void => {
    for (const { caused, scope } of running.values()) {
      const { effect } = caused;
      if (effect.type === 'callService' && effect.invokeId === invokeId && effect.visit === visit) {
        scope.cancel();
      }
    }
  };

  return {
    start: (effects) => {
      for (const caused of effects) {
        const { effect } = caused;
        if (effect.type === 'cancelService') {
          cancel(effect.invokeId, effect.visit);
        } else if (effect.type !== 'deliver' && !begun.has(effect.id)) {
          begun.add(effect.id);
          CancellationScope.nonCancellable(() => run(caused)).catch(broken);
        }
      }
    },
    underWay: () => [...running.values()].map(({ caused }) => caused),
  };
};
