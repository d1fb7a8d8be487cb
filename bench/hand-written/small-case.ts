import type { SmallCase, SmallCommand, SmallInput, SmallState, SmallTask } from './messages.ts';

export const limitMs = 15 * 24 * 3_600_000;
const authorisedUpTo = 3_000_000;

export const openedCase = ({ caseId, summary }: SmallInput, openedAtMs: number): SmallCase => ({
  caseId,
  state: 'received',
  data: { summary },
  seq: 1,
  tasks: [{ state: 'received', openedAtMs }],
  openedAtMs,
  dueAtMs: openedAtMs + limitMs,
  breached: false,
});

/** The state after an event; undefined where the state does not take it. */
export const nextState = (small: SmallCase, { event, data }: SmallCommand): SmallState | undefined => {
  switch (`${small.state} ${event}`) {
    case 'received accept':
      return 'assessing';
    case 'assessing assess':
      return data?.estimate === undefined ? undefined : 'deciding';
    case 'deciding find':
      return (small.data.estimate?.amount ?? 0) <= authorisedUpTo && data?.finding === 'upheld'
        ? 'offering'
        : 'archiving';
    case 'offering offer':
      return 'settling';
    case 'settling settle':
      return 'archiving';
    case 'archiving close':
      return 'archived';
    default:
      return undefined;
  }
};

export const caseAfter = (small: SmallCase, command: SmallCommand, atMs: number): SmallCase => {
  const state = nextState(small, command) ?? small.state;
  const closed = { atMs, by: command.actorId, outcome: command.event };
  return {
    ...small,
    state,
    tasks: tasksAfter(small.tasks, state, closed),
    data: { ...small.data, ...command.data },
    seq: small.seq + 1,
  };
};

/** The open task is closed by whoever sent the event; the next state has the next one. */
const tasksAfter = (
  tasks: SmallTask[],
  state: SmallState,
  closed: NonNullable<SmallTask['closed']>,
): SmallTask[] => [
  ...tasks.map((task) => (task.closed ? task : { ...task, closed })),
  ...(state === 'archived' ? [] : [{ state, openedAtMs: closed.atMs }]),
];
