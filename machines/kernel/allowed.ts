import type { Facts } from './command.ts';
import type { Compiled } from './compile.ts';
import type { Guard, Transition } from './definition.ts';
import { holds, isExpression } from './expression.ts';
import { expressionScope } from './machine-context.ts';
import { hasRole, isSamePerson } from './policy.ts';
import { startRun } from './run.ts';
import { surroundings } from './send-to-machine.ts';
import type { CaseState } from './state.ts';
import { configuration } from './state-tree.ts';

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
  return Object.entries(compiled.definition.events)
    .filter(([type, event]) => {
      const forbidden = (event.notBy ?? []).flatMap((other) => state.acted[other] ?? []);
      return (
        hasRole(facts, event.by) &&
        !isSamePerson(facts, forbidden) &&
        couldTake(compiled, state, facts, now, type)
      );
    })
    .map(([type]) => type);
};

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
  const active = configuration(compiled.tree, state.machine.states);
  const may = (guard: Guard): boolean | 'unknown' => {
    if (isExpression(guard)) {
      if (/\bevent\b/.test(guard['@expr'])) {
        return 'unknown';
      }
      try {
        return holds(guard, expressionScope(context, { type }), compiled.languages);
      } catch {
        return false;
      }
    }
    if ('in' in guard) {
      return active.some(({ id }) => id === guard.in);
    }
    if ('not' in guard) {
      const inner = may(guard.not);
      return inner === 'unknown' ? inner : !inner;
    }
    const parts = ('and' in guard ? guard.and : guard.or).map(may);
    const decisive = 'or' in guard;
    if (parts.includes(decisive)) {
      return decisive;
    }
    return parts.includes('unknown') ? 'unknown' : !decisive;
  };
  const nodes = [compiled.definition.machine, ...active.map(({ node }) => node)];
  return nodes.some((node) =>
    [node.on?.[type] ?? node.on?.['*'] ?? []].flat().some((transition) => {
      const { guard, target, actions } = asTransition(transition);
      const forbids = guard === undefined && target === undefined && actions === undefined;
      return !forbids && (guard === undefined || may(guard) !== false);
    }),
  );
};

const asTransition = (transition: string | Transition): Transition =>
  typeof transition === 'string' ? { target: transition } : transition;
