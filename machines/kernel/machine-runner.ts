import { type AnyMachineSnapshot, type AnyStateMachine, createActor } from 'xstate';
import type { Json } from './json.ts';
import { KernelError } from './kernel-error.ts';
import type { MachineContext, MachineEvent } from './machine-context.ts';
import type { MachineState } from './state.ts';
import { type StateInfo, stateValue } from './state-tree.ts';

/** One action that the machine wants done, in its order; `params` are already computed. */
export interface MachineAction {
  type: string;
  params: { [name: string]: Json } | undefined;
}

export interface MachineResult {
  states: string[];
  history: MachineState['history'];
  context: MachineContext;
  actions: MachineAction[];
  /** Every region has reached a final state. */
  done: boolean;
}

/** XState behind three functions: only this file knows its snapshots. */
export interface MachineRunner {
  start(context: MachineContext): MachineResult;
  send(at: MachineState, context: MachineContext, event: MachineEvent): MachineResult;
}

/**
 * Runs XState's pure transition function. Nothing is scheduled, spawned or started: the scope given to XState
 * only collects actions.
 *
 * @throws KernelError `MACHINE_FAILED` when a guard or value fails, `ENDLESS_LOOP` at the bound of microsteps.
 */
export const machineRunner = (machine: AnyStateMachine, tree: Map<string, StateInfo>): MachineRunner => {
  // XState wants an actor in its scope; this one is never started. It is told of every microstep before the next one is
  // chosen.
  const self = createActor(machine, {
    inspect: (event) => {
      if (event.type === '@xstate.microstep') {
        sortActive(event.snapshot as AnyMachineSnapshot);
      }
    },
  });
  const scopeFor = (actions: MachineAction[]) =>
    ({
      self,
      system: self.system,
      id: self.id,
      sessionId: self.sessionId,
      logger: () => undefined,
      defer: () => undefined,
      emit: () => undefined,
      stopChild: () => undefined,
      actionExecutor: (action: MachineAction) => {
        actions.push(action);
      },
    }) as unknown as Parameters<AnyStateMachine['transition']>[2];

  const result = (snapshot: AnyMachineSnapshot, actions: MachineAction[]): MachineResult => {
    if (snapshot.status === 'error') {
      throw snapshot.error;
    }
    return {
      states: leavesOf(snapshot, tree),
      history: Object.fromEntries(
        Object.entries(snapshot.historyValue as { [id: string]: { id: string }[] }).map(([id, nodes]) => [
          id,
          nodes.map((node) => node.id),
        ]),
      ),
      context: snapshot.context as unknown as MachineContext,
      actions,
      done: snapshot.status === 'done',
    };
  };

  const guarded = (run: (actions: MachineAction[]) => AnyMachineSnapshot): MachineResult => {
    const actions: MachineAction[] = [];
    try {
      return result(run(actions), actions);
    } catch (error) {
      if (error instanceof KernelError) {
        throw error;
      }
      const message = error instanceof Error ? error.message : '';
      throw message.includes('Infinite loop')
        ? new KernelError(
            'ENDLESS_LOOP',
            'The machine made more steps in one transition than the bound allows.',
          )
        : new KernelError('MACHINE_FAILED', message);
    }
  };

  return {
    start: (context) =>
      guarded(
        (actions) => machine.getInitialSnapshot(scopeFor(actions), context as never) as AnyMachineSnapshot,
      ),
    send: (at, context, event) =>
      guarded((actions) => {
        const snapshot = machine.resolveState({
          value: stateValue(tree, at.states),
          context,
          historyValue: Object.fromEntries(
            Object.entries(at.history).map(([id, ids]) => [id, ids.map((each) => nodeById(machine, each))]),
          ),
          status: 'active',
        } as never);
        sortActive(snapshot);
        // XState calls a resolved final configuration done, and would keep calling it so once it has been left.
        const active = { ...snapshot, status: 'active' };
        return machine.transition(active as never, event as never, scopeFor(actions)) as AnyMachineSnapshot;
      }),
  };
};

const nodeById = (machine: AnyStateMachine, id: string) => machine.getStateNodeById(id);

const documentOrder = (a: { order: number }, b: { order: number }): number => a.order - b.order;

// Where eventless transitions of several regions exclude each other, XState takes the one whose state comes first among
// the active ones. They are to be in document order, but `resolveState` puts those that lie deeper last, and a microstep
// those that it has entered.
const sortActive = (snapshot: AnyMachineSnapshot): void => {
  snapshot._nodes.sort(documentOrder);
};

const leavesOf = (snapshot: AnyMachineSnapshot, tree: Map<string, StateInfo>): string[] => {
  const nodes = snapshot._nodes as { id: string; order: number; type: string }[];
  return nodes
    .filter((node) => node.type === 'atomic' || node.type === 'final')
    .sort(documentOrder)
    .map((node) => node.id)
    .filter((id) => tree.has(id));
};
