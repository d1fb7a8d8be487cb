import type { ServiceAnswer } from '../definition/schema-scenario.ts';
import type { Command, Opening, Reopening } from '../kernel/command.ts';
import type { Compiled } from '../kernel/compile.ts';
import { nextWakeAt } from '../kernel/due.ts';
import type { Effect } from '../kernel/effect.ts';
import type { Entry } from '../kernel/entry.ts';
import type { Json } from '../kernel/json.ts';
import { open, reopen } from '../kernel/open.ts';
import { isRefusal, type Refusal } from '../kernel/refusal.ts';
import type { CaseState } from '../kernel/state.ts';
import { type Step, step, wake } from '../kernel/step.ts';

/** How a service answers each time it is called. */
export type AnswerService = (service: string) => ServiceAnswer;

type Soon<T> = T | Promise<T>;

/**
 * What plays a scenario: the pure kernel, or a real workflow under a clock that can be moved. Instants are RFC 3339 in
 * UTC and never go back. A player calls services as it is told to by the scenario.
 */
export interface Player {
  open(opening: Opening, at: string): Soon<Refusal | undefined>;
  /** Undefined when it was accepted. */
  send(command: Command | Reopening, at: string): Soon<Refusal | undefined>;
  /** Brings the clock here; whatever falls due on the way happens at its own time. */
  advanceTo(at: string): Soon<void>;
  /** All entries so far. */
  entries(): Soon<readonly Entry[]>;
  state(): Soon<CaseState>;
}

/** Plays in the pure kernel. What is asked of the outside world is kept in `effects`; services answer at once. */
export const purePlayer = (compiled: Compiled, answer: AnswerService): Player & { effects: Effect[] } => {
  const entries: Entry[] = [];
  const effects: Effect[] = [];
  let state: CaseState | undefined;
  const current = (): CaseState => {
    if (!state) {
      throw new Error('The case was not opened.');
    }
    return state;
  };
  const take = (made: Step | Refusal, at: string): Refusal | undefined => {
    if (isRefusal(made)) {
      return made;
    }
    state = made.state;
    entries.push(...made.entries);
    effects.push(...made.effects);
    for (const effect of made.effects) {
      const given = effect.type === 'callService' ? answer(effect.service) : 'unanswered';
      if (effect.type === 'callService' && given !== 'unanswered') {
        take(step(compiled, current(), answerCommand(effect, given), at), at);
      }
    }
    return undefined;
  };
  return {
    effects,
    open: (opening, at) => take(open(compiled, opening, at), at),
    send: (command, at) =>
      take(
        command.type === 'reopen'
          ? reopen(compiled, current(), command, at)
          : step(compiled, current(), command, at),
        at,
      ),
    advanceTo: (at) => {
      for (let due = nextWakeAt(current()); due !== null && due <= at; due = nextWakeAt(current())) {
        const now = [due, current().clockAt].sort().at(-1) ?? due;
        take(wake(compiled, current(), now), now);
      }
    },
    entries: () => entries,
    state: current,
  };
};

const answerCommand = (
  effect: Effect & { type: 'callService' },
  answer: Exclude<ServiceAnswer, 'unanswered'>,
): Command => ({
  id: `${effect.id}.answered`,
  facts: { actor: { id: 'system', roles: ['system'] } },
  type: 'service',
  invokeId: effect.invokeId,
  visit: effect.visit,
  result: 'fail' in answer ? { ok: false, code: answer.fail } : { ok: true, output: answer.output as Json },
});
