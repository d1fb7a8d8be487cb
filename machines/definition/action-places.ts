import type { Action } from '../kernel/definition.ts';
import type { MachineIndex } from './machine-index.ts';

/** An action with where it stands and which event's data it sees: one event's, any event's, a service's answer. */
export interface PlacedAction {
  action: Action;
  pointer: string;
  sees: EventSeen;
}

export type EventSeen = { event: string } | 'any' | 'service';

/** Every action of a machine. */
export const actionPlaces = (index: MachineIndex): PlacedAction[] => [
  ...index.transitions.flatMap((transition) =>
    transition.actions.map((action, place) => ({
      action,
      pointer: `${transition.actionsPointer}/${place}`,
      sees: seenBy(transition.cause),
    })),
  ),
  ...index.states.flatMap(({ node, pointer }) =>
    (['entry', 'exit'] as const).flatMap((when) =>
      (node[when] ?? []).map((action, place) => ({
        action,
        pointer: `${pointer}/${when}/${place}`,
        sees: 'any' as const,
      })),
    ),
  ),
];

/** Which event's data a transition's guard and actions see. */
export const seenBy = (cause: MachineIndex['transitions'][number]['cause']): EventSeen =>
  cause.kind === 'event' && !cause.event.includes('*')
    ? { event: cause.event }
    : cause.kind === 'service'
      ? 'service'
      : 'any';
