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
  type SmallChange,
  type SmallInput,
  type SmallStore,
} from './messages.ts';
import { caseAfter, limitMs, nextState, openedCase } from './small-case.ts';

const { project } = proxyLocalActivities<Pick<SmallStore, 'project'>>({
  startToCloseTimeout: '2s',
});

const stateKey = defineSearchAttributeKey('CaseloomState', 'KEYWORD');

/** The lifecycle of `lifecycle.json`, written by hand: what the interpreter is measured against. */
export async function handWrittenCase(input: SmallInput): Promise<void> {
  let small = openedCase(input, Date.now());
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
      small = caseAfter(small, command, Date.now());
      const { seq, state } = small;
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
