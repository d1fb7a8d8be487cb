import { entriesOf, getCase } from '../../db/read/get-case.ts';
import type { Command, Opening, Reopening } from '../../machines/kernel/command.ts';
import type { Compiled } from '../../machines/kernel/compile.ts';
import { nextWakeAt } from '../../machines/kernel/due.ts';
import type { Entry } from '../../machines/kernel/entry.ts';
import { open, reopen } from '../../machines/kernel/open.ts';
import { isRefusal, type Refusal } from '../../machines/kernel/refusal.ts';
import type { CaseState } from '../../machines/kernel/state.ts';
import { type Step, step } from '../../machines/kernel/step.ts';
import type { Outcome } from '../../workflows/client/outcome.ts';
import { sendCommand } from '../../workflows/client/send-command.ts';
import { startCase } from '../../workflows/client/start-case.ts';
import {
  type CaseLimits,
  type CaseStart,
  caseWorkflowId,
  type StoredState,
} from '../../workflows/messages.ts';
import type { TimeSkippingWorker } from './time-skipping-worker.ts';

/** A case in a real workflow under a clock that is moved by hand, seen as readers see it: by the store. */
export type TimeSkippingCase = {
  /** Undefined when it was accepted; so too below. */
  open(opening: Opening): Promise<Refusal | undefined>;
  send(command: Command | Reopening): Promise<Refusal | undefined>;
  /** Brings the clock here; each thing that falls due on the way happens at its own time. */
  advanceTo(atMs: number): Promise<void>;
  entries(): Promise<Entry[]>;
  /** With the run that stored it last. */
  state(): Promise<StoredState>;
};

const answerMsMax = 15_000;
const settleMsMax = 20_000;
const lookEveryMs = 4;

/** @param isAwaited whether a running service will be answered, else it is not waited for */
export const timeSkippingCase = (
  worker: TimeSkippingWorker,
  compiled: Compiled,
  { tenant, caseId }: { tenant: string; caseId: string },
  isAwaited: (key: string) => boolean,
  limits?: CaseLimits,
): TimeSkippingCase => {
  const { client, store, taskQueue } = worker;
  const workflow = client.workflow.getHandle(caseWorkflowId(tenant, caseId));
  const until = () => ({ deadlineMs: Date.now() + answerMsMax });
  const now = async () => new Date(await worker.nowMs()).toISOString();

  const rowOf = async () => (await getCase(store, { tenant, caseId }))?.state;
  const state = async (): Promise<StoredState> => {
    const stored = await rowOf();
    if (!stored) {
      throw new Error('The store does not know the case.');
    }
    return stored;
  };

  /** Waits until nothing is due and every service that will be answered has been. */
  const settle = async (seq = 0): Promise<CaseState> => {
    const giveUpAtMs = Date.now() + settleMsMax;
    for (;;) {
      const stored = await rowOf();
      if (stored && stored.seq >= seq && !isBusy(stored, isAwaited)) {
        const due = nextWakeAt(stored);
        if (due === null || Date.parse(due) > (await worker.nowMs())) {
          return stored;
        }
      }
      if (Date.now() > giveUpAtMs) {
        throw new Error(`The case does not come to rest: ${JSON.stringify(stored)}`);
      }
      await pause();
    }
  };

  const taken = async (outcome: Outcome): Promise<Refusal | undefined> => {
    if (outcome.type === 'condition') {
      throw new Error(`Neither answered nor refused: ${outcome.code}`);
    }
    if (outcome.type === 'refused') {
      return outcome.refusal;
    }
    await settle(outcome.answer.seq);
    return undefined;
  };

  /** As the API does it: the kernel judges a start before a workflow is asked to make it. */
  const start = async (judged: Step | Refusal, from: CaseStart): Promise<Refusal | undefined> => {
    if (isRefusal(judged)) {
      return judged;
    }
    const input = { compile: compiled.input, start: from, ...(limits === undefined ? {} : { limits }) };
    return taken(await startCase(client, input, judged.state, { taskQueue, ...until() }));
  };

  /** Waiting for its result would let the server skip as far as it likes. */
  const ended = async (): Promise<void> => {
    const giveUpAtMs = Date.now() + settleMsMax;
    while ((await workflow.describe()).status.name === 'RUNNING' && Date.now() < giveUpAtMs) {
      await pause();
    }
  };

  const openAgain = async (reopening: Reopening): Promise<Refusal | undefined> => {
    const stored = await state();
    if (stored.status === 'closed') {
      await ended();
    }
    const judged = reopen(compiled, stored, reopening, await now());
    return start(judged, { type: 'reopen', state: stored, reopening });
  };

  return {
    state,
    entries: async () =>
      (await entriesOf(store, { tenant, caseId })).map(({ seq, type, leaf, hash }) => ({
        seq,
        type,
        leaf,
        hash,
      })),
    open: async (opening) =>
      start(open(compiled, opening, await now()), { type: 'open', opening: { ...opening } }),
    send: async (command) => {
      if (command.type === 'reopen') {
        return openAgain(command);
      }
      const stored = await state();
      if (stored.status === 'closed') {
        // A closed case has no run to judge it; the kernel does it on what is stored, as in the API.
        const judged = step(compiled, stored, command, await now());
        return isRefusal(judged) ? judged : undefined;
      }
      return taken(await sendCommand(client, { tenant, caseId }, command, until()));
    },
    advanceTo: async (atMs) => {
      for (;;) {
        const due = nextWakeAt(await settle());
        if (due === null || Date.parse(due) > atMs) {
          break;
        }
        await worker.skipTo(Date.parse(due));
      }
      await worker.skipTo(atMs);
      await settle();
    },
  };
};

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, lookEveryMs));

// An approval answers when people have decided, not by itself.
const isBusy = ({ services }: CaseState, isAwaited: (key: string) => boolean): boolean =>
  Object.values(services).some(
    ({ failed, key, subjectHash }) => !failed && subjectHash === undefined && isAwaited(key),
  );
