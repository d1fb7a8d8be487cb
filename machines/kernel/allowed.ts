import { taskActed } from './assignment.ts';
import type { Actor, Facts } from './command.ts';
import type { Compiled } from './compile.ts';
import type { Guard, RuntimeDefinition, StateNode } from './definition.ts';
import { isTheirAct } from './event-person.ts';
import { holds } from './expression.ts';
import { judgeGuard } from './guard.ts';
import { expressionScope } from './machine-context.ts';
import { isExcluded, withoutExcludedLenders } from './policy/exclusion.ts';
import { judgeEvent } from './policy/judge-act.ts';
import { holdsRole, isAmong, type Right, rightsOf } from './policy/rights.ts';
import { policyOf } from './policy/table.ts';
import { performer, startRun } from './run.ts';
import { surroundings } from './send-to-machine.ts';
import type { CaseState } from './state.ts';
import { configuration, rootId, type StateInfo } from './state-tree.ts';
import { candidates, forbids } from './transition.ts';

/**
 * The events this actor may send now, in the definition's order.
 *
 * A guard that reads the event's own data cannot be judged before the event is there, so such an event counts as
 * possible; every other guard is judged.
 */
export const allowedEvents = (compiled: Compiled, state: CaseState, facts: Facts, now: string): string[] => {
  if (state.status === 'closed') {
    return [];
  }
  const actor = performer(facts) as Actor;
  if (isExcluded(state, actor)) {
    return [];
  }
  const run = startRun(compiled, state, now, now);
  const policy = policyOf(compiled, state);
  const rights = rightsOf(policy, withoutExcludedLenders(state, facts));
  return Object.entries(compiled.definition.events)
    .filter(([type, event]) => {
      const forbidden = (event.notBy ?? []).flatMap((other) => state.acted[other] ?? []);
      const bar = judgeEvent(policy, state, type);
      const isTheirs = isTheirAct(run, facts, type);
      return (
        rights.some(
          (right) =>
            holdsRole(right, event.by) &&
            bar(right) === undefined &&
            isTheirs(right) &&
            !isAmong(right, forbidden) &&
            !isBarredFromTask(compiled.definition, state, right, type),
        ) && couldTake(compiled, state, facts, now, type)
      );
    })
    .map(([type]) => type);
};

/**
 * Whether the event would complete an open task that may not be done by this right, because of what the people behind
 * it did before:
 * the four-eyes rule of a task holds also for those who send its outcome without taking the task.
 */
export const isBarredFromTask = (
  definition: RuntimeDefinition,
  state: CaseState,
  right: Pick<Right, 'humans'>,
  type: string,
): boolean =>
  Object.values(state.tasks).some((task) => {
    const { outcomes = [], notBy = [] } = definition.tasks?.[task.state] ?? {};
    return (
      task.status === 'open' &&
      outcomes.includes(type) &&
      notBy.some((stateId) => isAmong(right, state.acted[taskActed(stateId)] ?? []))
    );
  });

/** Whether any active state has a transition for the event whose guard holds, or may hold with the right data. */
export const couldTake = (
  compiled: Compiled,
  state: CaseState,
  facts: Facts,
  now: string,
  type: string,
): boolean => {
  const run = startRun(compiled, state, now, now);
  const context = {
    data: state.data,
    ledger: state.ledger,
    documents: state.documents,
    around: surroundings(run, { facts }),
  };
  const active = new Set(configuration(compiled.tree, state.machine.states));
  const judge = (guard: Guard) =>
    judgeGuard(guard, {
      isIn: (id) => [...active].some((info) => info.id === id),
      holds: (expression) => {
        if (/\bevent\b/.test(expression['@expr'])) {
          return 'unknown';
        }
        try {
          return holds(expression, expressionScope(context, { type }), compiled.languages);
        } catch {
          return false;
        }
      },
    });
  // As the machine chooses: the innermost state with a transition that may be taken decides, and one that says
  // neither where to nor what to do forbids the event to the states around it.
  const choose = (info: StateInfo): 'takes' | 'forbids' | undefined => {
    const inner = info.children.filter((child) => active.has(child)).map(choose);
    return (
      inner.find((choice) => choice === 'takes') ??
      inner.find((choice) => choice === 'forbids') ??
      ownChoice(info.node, type, judge)
    );
  };
  return choose(compiled.tree.get(rootId) as StateInfo) === 'takes';
};

const ownChoice = (node: StateNode, type: string, judge: (guard: Guard) => boolean | 'unknown') => {
  const first = candidates(node, type).find(({ guard }) => guard === undefined || judge(guard) !== false);
  return first && (forbids(first) ? 'forbids' : 'takes');
};
