import { pointerStep } from '../kernel/canonical-json.ts';
import type { Action, Guard, Invoke, StateNode, Transition, Transitions } from '../kernel/definition.ts';

/** A state with where it stands. The root's id is empty. */
export interface IndexedState {
  id: string;
  key: string;
  node: StateNode;
  pointer: string;
  parent: IndexedState | null;
  children: IndexedState[];
}

/** What makes a transition happen. */
export type TransitionCause =
  | { kind: 'event'; event: string }
  | { kind: 'always' }
  | { kind: 'after'; length: string }
  | { kind: 'done' }
  | { kind: 'service' };

export interface IndexedTransition {
  source: IndexedState;
  cause: TransitionCause;
  pointer: string;
  /** Place among the alternatives for the same cause. */
  place: number;
  targets: { text: string; pointer: string; state: IndexedState | undefined }[];
  guard: Guard | undefined;
  guardPointer: string;
  actions: Action[];
  actionsPointer: string;
}

export interface IndexedInvoke {
  source: IndexedState;
  pointer: string;
  invoke: Invoke;
}

/** A machine laid out for rules: states in document order, transitions with their targets found. */
export interface MachineIndex {
  root: IndexedState;
  states: IndexedState[];
  byId: Map<string, IndexedState>;
  transitions: IndexedTransition[];
  invokes: IndexedInvoke[];
}

export const indexMachine = (machine: StateNode, pointer = '/machine'): MachineIndex => {
  const states: IndexedState[] = [];
  const byId = new Map<string, IndexedState>();
  const visit = (node: StateNode, key: string, at: string, parent: IndexedState | null): IndexedState => {
    const id = parent === null ? '' : (node.id ?? key);
    const state: IndexedState = { id, key, node, pointer: at, parent, children: [] };
    states.push(state);
    if (parent !== null && !byId.has(id)) {
      byId.set(id, state);
    }
    for (const [childKey, child] of Object.entries(node.states ?? {})) {
      state.children.push(visit(child, childKey, `${at}/states${pointerStep(childKey)}`, state));
    }
    return state;
  };
  const root = visit(machine, '', pointer, null);
  const invokes = states.flatMap((source) => invokesOf(source));
  const found = { root, states, byId, invokes };
  return { ...found, transitions: states.flatMap((source) => transitionsOf(source, byId)) };
};

export const transitionsBySource = (
  transitions: IndexedTransition[],
): Map<IndexedState, IndexedTransition[]> => Map.groupBy(transitions, ({ source }) => source);

export const isAtomic = (state: IndexedState): boolean =>
  state.children.length === 0 && state.node.type !== 'history';

/** The state itself and what contains it, up to and with the root. */
export const selfAndAbove = (state: IndexedState): IndexedState[] =>
  state.parent === null ? [state] : [state, ...selfAndAbove(state.parent)];

/** The state that a target names from a state, as XState finds it. */
export const resolveTarget = (
  source: IndexedState,
  target: string,
  byId: Map<string, IndexedState>,
): IndexedState | undefined => {
  const [first = '', ...rest] = target.replace(/^[#.]/, '').split('.');
  if (target.startsWith('#')) {
    return descend(byId.get(first), rest);
  }
  return descend(target.startsWith('.') ? source : (source.parent ?? undefined), [first, ...rest]);
};

const descend = (from: IndexedState | undefined, keys: string[]): IndexedState | undefined =>
  keys.reduce((at, key) => at?.children.find((child) => child.key === key), from);

const invokesOf = (source: IndexedState): IndexedInvoke[] => {
  const { invoke } = source.node;
  if (invoke === undefined) {
    return [];
  }
  return Array.isArray(invoke)
    ? invoke.map((one, index) => ({ source, invoke: one, pointer: `${source.pointer}/invoke/${index}` }))
    : [{ source, invoke, pointer: `${source.pointer}/invoke` }];
};

const transitionsOf = (source: IndexedState, byId: Map<string, IndexedState>): IndexedTransition[] => {
  const { node, pointer } = source;
  const read = (given: Transitions | undefined, cause: TransitionCause, at: string) =>
    given === undefined ? [] : alternatives(given, at).map((one) => indexed(source, cause, one, byId));
  return [
    ...Object.entries(node.on ?? {}).flatMap(([event, given]) =>
      read(given, { kind: 'event', event }, `${pointer}/on${pointerStep(event)}`),
    ),
    ...read(node.always, { kind: 'always' }, `${pointer}/always`),
    ...Object.entries(node.after ?? {}).flatMap(([length, given]) =>
      read(given, { kind: 'after', length }, `${pointer}/after${pointerStep(length)}`),
    ),
    ...read(node.onDone, { kind: 'done' }, `${pointer}/onDone`),
    ...invokesOf(source).flatMap(({ invoke, pointer: at }) => [
      ...read(invoke.onDone, { kind: 'service' }, `${at}/onDone`),
      ...(invoke.onError === 'incident' ? [] : read(invoke.onError, { kind: 'service' }, `${at}/onError`)),
    ]),
  ];
};

interface Alternative {
  given: string | Transition;
  pointer: string;
  place: number;
}

const alternatives = (given: Transitions, pointer: string): Alternative[] =>
  Array.isArray(given)
    ? given.map((one, place) => ({ given: one, pointer: `${pointer}/${place}`, place }))
    : [{ given, pointer, place: 0 }];

const indexed = (
  source: IndexedState,
  cause: TransitionCause,
  { given, pointer, place }: Alternative,
  byId: Map<string, IndexedState>,
): IndexedTransition => {
  const transition: Transition = typeof given === 'string' ? { target: given } : given;
  const at = typeof given === 'string' ? pointer : `${pointer}/target`;
  const { target } = transition;
  const texts = Array.isArray(target)
    ? target.map((text, index) => ({ text, pointer: `${at}/${index}` }))
    : target === undefined
      ? []
      : [{ text: target, pointer: at }];
  return {
    source,
    cause,
    pointer,
    place,
    targets: texts.map((one) => ({ ...one, state: resolveTarget(source, one.text, byId) })),
    guard: transition.guard,
    guardPointer: `${pointer}/guard`,
    actions: transition.actions ?? [],
    actionsPointer: `${pointer}/actions`,
  };
};
