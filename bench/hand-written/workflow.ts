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
} from './messages.ts';

const { project } = proxyLocalActivities<{ project: (change: SmallChange) => Promise<void> }>({
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

/** The lifecycle of `lifecycle.json`, written by hand: what the interpreter is measured against. */
export async function handWrittenCase(input: SmallInput): Promise<void> {
  const openedAtMs = Date.now();
  let small: SmallCase = {
    caseId: input.caseId,
    state: 'received',
    data: { summary: input.summary },
    seq: 1,
    openedAtMs,
    dueAtMs: openedAtMs + limitMs,
    breached: false,
  };
  let opened = false;

  const change = (event: string, actorId: string, before: SmallState | null, data: unknown): SmallChange => ({
    case: small,
    entry: { seq: small.seq, atMs: Date.now(), actorId, event, before, data },
  });

  setHandler(openedUpdate, async () => {
    await condition(() => opened);
    return { seq: small.seq, state: small.state };
  });
  setHandler(
    commandUpdate,
    async (command) => {
      const before = small.state;
      const state = nextState(small, command) ?? before;
      small = { ...small, state, data: { ...small.data, ...command.data }, seq: small.seq + 1 };
      const { seq } = small;
      if (input.showsState) {
        upsertSearchAttributes([{ key: stateKey, value: state }]);
      }
      await project(change(command.event, command.actorId, before, command.data ?? {}));
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

  await project(change('open', 'handler', null, small.data));
  opened = true;
  const closed = (): boolean => small.state === 'archived';
  if (!(await condition(closed, limitMs))) {
    small = { ...small, breached: true, seq: small.seq + 1 };
    await project(change('breach', 'system', small.state, {}));
    await condition(closed);
  }
  await condition(allHandlersFinished);
}
