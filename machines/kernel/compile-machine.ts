import {
  type AnyStateMachine,
  type AnyStateNode,
  and,
  assign,
  cancel,
  createMachine,
  not,
  or,
  raise,
  stateIn,
} from 'xstate';
import { actionEffect } from './action-effects.ts';
import { approvalInput, signingInput } from './ask-approval.ts';
import type { CompiledDecisions } from './decision.ts';
import type {
  Action,
  Guard,
  Invoke,
  ReopenDefinition,
  RuntimeDefinition,
  StateNode,
  Transition,
  Transitions,
} from './definition.ts';
import { parseDuration, toMilliseconds } from './duration.ts';
import { type ExpressionLanguages, type ExpressionScope, holds, isExpression } from './expression.ts';
import type { JsonObject } from './json.ts';
import { KernelError } from './kernel-error.ts';
import { expressionScope, type MachineContext, type MachineEvent } from './machine-context.ts';
import { own } from './own.ts';
import { commonAncestor, rootId, type StateInfo, selfAndAncestors, stateTree } from './state-tree.ts';
import { forbids } from './transition.ts';
import { computeValue } from './value.ts';

/**
 * Marks that the compiled machine puts among its actions, so that tasks, deadlines and services start and stop
 * in XState's own order, re-entry included.
 */
export const marks = {
  entered: 'mark.entered',
  exited: 'mark.exited',
  taken: 'mark.taken',
  invoke: 'mark.invoke',
  stopInvoke: 'mark.stopInvoke',
  signing: 'mark.signing',
} as const;

/** Steps that `always` and `raise` may make in one transition before it counts as an endless loop. */
export const microstepsMax = 1_000;

/** The event that leads out of a final state when a case is opened again. */
export const reopenEvent = (finalStateId: string): string => `case.reopen.${finalStateId}`;
/** The event that leads a task's state back to an earlier step that the task's `returnTo` names. */
export const returnEvent = (stateId: string): string => `task.return.${stateId}`;
export const serviceDoneEvent = (invokeId: string): string => `service.done.${invokeId}`;
export const serviceFailedEvent = (invokeId: string): string => `service.failed.${invokeId}`;

/** An invoke's id: its own, or its place in its state. */
export const invokeIdOf = (invoke: Invoke, stateId: string, index: number): string =>
  invoke.id ?? `${index}.${stateId}`;

interface Args {
  context: MachineContext;
  event: MachineEvent;
}

export interface MachineOptions {
  languages: ExpressionLanguages;
  /** Turns an ISO 8601 length into milliseconds; a clock profile may shorten it. */
  lengthMs?: (length: string) => number;
  reopen?: ReopenDefinition | undefined;
  decisions?: CompiledDecisions;
  approvals?: RuntimeDefinition['approvals'];
  services?: RuntimeDefinition['services'];
  signing?: RuntimeDefinition['signing'];
  tasks?: RuntimeDefinition['tasks'];
}

/** Builds the XState machine of a definition. Services are marks, not XState actors: nothing is ever spawned. */
export const compileMachine = (machine: StateNode, options: MachineOptions): AnyStateMachine => {
  const { languages, lengthMs = fixedLengthMs, decisions = {} } = options;
  const { approvals, services, signing, tasks } = options;
  const tree = stateTree(machine);
  const delays = new Map<string, number>();

  const guard = (source: Guard): unknown => {
    if (isExpression(source)) {
      return ({ context, event }: Args) => holds(source, expressionScope(context, event), languages);
    }
    if ('and' in source) {
      return and(source.and.map(guard) as never);
    }
    if ('or' in source) {
      return or(source.or.map(guard) as never);
    }
    if ('not' in source) {
      return not(guard(source.not) as never);
    }
    return stateIn(`#${source.in}`);
  };

  const action = (source: Action): unknown => {
    if (source.type === 'raise') {
      const { event: type, data, delay, id } = source;
      const event = ({ context, event: cause }: Args): MachineEvent =>
        data === undefined
          ? { type }
          : { type, data: computeValue(data, expressionScope(context, cause), languages) };
      return raise(
        event as never,
        delay === undefined ? undefined : { delay: lengthMs(delay), id: id ?? type },
      );
    }
    if (source.type === 'cancel') {
      return cancel(source.id);
    }
    const effect = actionEffect(source, languages, decisions);
    return effect.kind === 'change'
      ? assign(({ context, event }: Args) => effect.change(context, event) as never)
      : { type: source.type, params: ({ context, event }: Args) => effect.ask(context, event) };
  };

  const transition = (source: string | Transition, isEventless = false): JsonObject => {
    const given: Transition = typeof source === 'string' ? { target: source } : source;
    if (forbids(given)) {
      return {};
    }
    const { target, guard: condition, actions = [], reenter } = given;
    return {
      ...(target === undefined ? {} : { target }),
      ...(condition === undefined ? {} : { guard: guard(condition) }),
      ...(reenter === undefined ? {} : { reenter }),
      // Only what an event brought about says that it was taken.
      actions: [...(isEventless ? [] : [{ type: marks.taken }]), ...actions.map(action)],
    } as JsonObject;
  };
  const transitions = (source: Transitions): JsonObject[] => [source].flat().map((each) => transition(each));
  const eventless = (source: Transitions): JsonObject[] =>
    [source].flat().map((each) => transition(each, true));

  const asked = ({ src, input = null }: Invoke, scope: ExpressionScope): JsonObject => {
    const approval = own(approvals, src);
    const needed = own(services, src)?.approval;
    const needs = needed === undefined ? undefined : own(approvals, needed);
    return {
      service: src,
      input: approval ? approvalInput(approval, scope, languages) : computeValue(input, scope, languages),
      ...(needs === undefined
        ? {}
        : {
            needs: {
              approval: needed as string,
              subjectHash: approvalInput(needs, scope, languages).subjectHash as string,
            },
          }),
    };
  };

  const node = (info: StateInfo): JsonObject => {
    const { node: source, id } = info;
    const invokes = source.invoke === undefined ? [] : [source.invoke].flat();
    const on: { [event: string]: unknown } = {};
    for (const [event, target] of Object.entries(source.on ?? {})) {
      on[event] = transitions(target);
    }
    for (const [index, invoke] of invokes.entries()) {
      const invokeId = invokeIdOf(invoke, id, index);
      on[serviceDoneEvent(invokeId)] = transitions(invoke.onDone ?? {});
      // A failure that nothing here handles is an incident, even where a state catches every event with `*`.
      on[serviceFailedEvent(invokeId)] = invoke.onError === 'incident' ? [{}] : transitions(invoke.onError);
    }
    for (const [finalId, { target }] of reopenings(info)) {
      on[reopenEvent(finalId)] = [{ target: `#${target}`, actions: [{ type: marks.taken }] }];
    }
    for (const step of stepsBack(info)) {
      on[returnEvent(step)] = [{ target: `#${step}`, actions: [{ type: marks.taken }] }];
    }
    for (const length of Object.keys(source.after ?? {})) {
      delays.set(length, lengthMs(length));
    }
    const after = Object.entries(source.after ?? {}).map(([length, target]) => [length, transitions(target)]);
    const marked = info.parent !== null;
    const signers = own(signing, id);
    return {
      ...(marked ? { id } : {}),
      ...pick(source, ['type', 'history', 'target', 'initial']),
      ...(info.children.length > 0
        ? { states: Object.fromEntries(info.children.map((child) => [child.key, node(child)])) }
        : {}),
      on: on as JsonObject,
      ...(source.always === undefined ? {} : { always: eventless(source.always) }),
      ...(source.onDone === undefined ? {} : { onDone: eventless(source.onDone) }),
      after: Object.fromEntries(after) as JsonObject,
      entry: [
        ...(marked ? [{ type: marks.entered, params: { id } }] : []),
        ...(source.entry ?? []).map(action),
        ...invokes.map((invoke, index) => ({
          type: marks.invoke,
          params: ({ context, event }: Args) => ({
            id: invokeIdOf(invoke, id, index),
            ...asked(invoke, expressionScope(context, event)),
          }),
        })),
        ...(signers === undefined
          ? []
          : [
              {
                type: marks.signing,
                params: ({ context, event }: Args) => ({
                  id,
                  ...signingInput(signers, expressionScope(context, event), languages),
                }),
              },
            ]),
      ] as unknown as JsonObject[],
      exit: [
        ...(source.exit ?? []).map(action),
        ...invokes.map((invoke, index) => ({
          type: marks.stopInvoke,
          params: { id: invokeIdOf(invoke, id, index) },
        })),
        ...(marked ? [{ type: marks.exited, params: { id } }] : []),
      ] as unknown as JsonObject[],
    };
  };

  // The transition back sits on the nearest state that holds both the final state and the target, so that
  // regions beside it stay as they are.
  const reopenings = (at: StateInfo): [string, { target: string }][] =>
    Object.entries(options.reopen?.from ?? {}).filter(([finalId, { target }]) => {
      const final = tree.get(finalId);
      const goal = tree.get(target);
      return final && goal && (commonAncestor(final, goal)?.id ?? rootId) === at.id;
    });

  // Where an inner state catches every event with `*`, the way back from the states around it stands on it as well.
  const stepsBack = (at: StateInfo): string[] =>
    (Object.hasOwn(at.node.on ?? {}, '*') ? selfAndAncestors(at) : [at]).flatMap(
      ({ id }) => own(tasks, id)?.returnTo ?? [],
    );

  const root = tree.get(rootId) as StateInfo;
  const config = {
    ...node(root),
    id: rootId,
    context: ({ input }: { input?: MachineContext }) => input ?? emptyContext,
    options: { maxIterations: microstepsMax },
  };
  const built = createMachine(
    config as never,
    { delays: Object.fromEntries(delays) } as never,
  ) as AnyStateMachine;
  leaveBeforeHistory(built, [...tree.keys()]);
  return built;
};

// A transition to the history of a state around its own may lead back to where it started. XState would then enter
// states that it has not left: their tasks would open twice, their services would be called twice.
const leaveBeforeHistory = (machine: AnyStateMachine, ids: string[]): void => {
  for (const node of ids.map((id) => machine.getStateNodeById(id))) {
    for (const transition of [...[...node.transitions.values()].flat(), ...(node.always ?? [])]) {
      const { target = [] } = transition;
      if (target.some(({ type, parent }) => type === 'history' && isAround(parent, node))) {
        transition.reenter = true;
      }
    }
  }
};

const isAround = (outer: AnyStateNode | undefined, inner: AnyStateNode): boolean =>
  inner.parent !== undefined && (inner.parent === outer || isAround(outer, inner.parent));

const emptyContext = { data: {}, ledger: [], documents: [] };

const fixedLengthMs = (length: string): number => {
  const parsed = parseDuration(length);
  const ms = parsed && toMilliseconds(parsed);
  if (ms === undefined) {
    throw new KernelError(
      'LENGTH_NOT_FIXED',
      `"${length}" is no ISO 8601 length of weeks, days, hours, minutes or seconds.`,
    );
  }
  return ms;
};

const pick = (source: StateNode, keys: (keyof StateNode)[]): JsonObject =>
  Object.fromEntries(
    keys.filter((key) => source[key] !== undefined).map((key) => [key, source[key]]),
  ) as JsonObject;
