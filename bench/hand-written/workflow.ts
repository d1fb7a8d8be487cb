import { defineSearchAttributeKey } from '@temporalio/common';
import {
  allHandlersFinished,
  condition,
  proxyLocalActivities,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import {
  commandUpdate,
  openedUpdate,
  type SmallCase,
  type SmallChange,
  type SmallCommand,
  type SmallInput,
  type SmallState,
  type SmallStore,
  type SmallTask,
} from './messages.ts';

const { project } = proxyLocalActivities<Pick<SmallStore, 'project'>>({
  startToCloseTimeout: '2s',
});

const stateKey = defineSearchAttributeKey('CaseloomState', 'KEYWORD');

const limitMs = 15 * 24 * 3_600_000;
const authorisedUpTo = 3_000_000;

/** The state after an event; undefined where the state does not take it. */
const nextState = (small: SmallCase, { event, data }: SmallCommand): SmallState | undefined => {
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

/** The open task is closed by whoever sent the event; the next state has the next one. */
const tasksAfter = (
  tasks: SmallTask[],
  state: SmallState,
  closed: NonNullable<SmallTask['closed']>,
): SmallTask[] => [
  ...tasks.map((task) => (task.closed ? task : { ...task, closed })),
  ...(state === 'archived' ? [] : [{ state, openedAtMs: closed.atMs }]),
];

/** The lifecycle of `lifecycle.json`, written by hand: what the interpreter is measured against. */
export async function handWrittenCase(input: SmallInput): Promise<void> {
  const openedAtMs = Date.now();
  let small: SmallCase = {
    caseId: input.caseId,
    state: 'received',
    data: { summary: input.summary },
    seq: 1,
    tasks: [{ state: 'received', openedAtMs }],
    openedAtMs,
    dueAtMs: openedAtMs + limitMs,
    breached: false,
  };
  let opened = false;

  const store = async (entry: Omit<SmallChange['entry'], 'seq' | 'atMs'>): Promise<void> => {
    const headHash = await project({ case: small, entry: { seq: small.seq, atMs: Date.now(), ...entry } });
    small = { ...small, headHash };
  };

  setHandler(openedUpdate, async () => {
    await condition(() => opened);
    return { seq: small.seq, state: small.state };
  });
  setHandler(
    commandUpdate,
    async (command) => {
      const { event, actorId, data = {} } = command;
      const before = small.state;
      const state = nextState(small, command) ?? before;
      const tasks = tasksAfter(small.tasks, state, { atMs: Date.now(), by: actorId, outcome: event });
      small = { ...small, state, tasks, data: { ...small.data, ...data }, seq: small.seq + 1 };
      const { seq } = small;
      if (input.showsState) {
        upsertSearchAttributes([{ key: stateKey, value: state }]);
      }
      await store({ event, actorId, before, data });
      return { seq, state };
    },
    {
      validator: (command) => {
        if (nextState(small, command) === undefined) {
          throw new Error(`The state ${small.state} does not take ${command.event}.`);
        }
      },
    },
  );

  await store({ event: 'open', actorId: 'handler', before: null, data: { ...small.data } });
  opened = true;
  const closed = (): boolean => small.state === 'archived';
  if (!(await condition(closed, limitMs))) {
    small = { ...small, breached: true, seq: small.seq + 1 };
    await store({ event: 'breach', actorId: 'system', before: small.state, data: {} });
    await condition(closed);
  }
  await condition(allHandlersFinished);
}
