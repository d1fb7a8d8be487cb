import { leafHash } from '../../db/leaf-hash.ts';
import { openStore } from '../../db/open.ts';
import { type Batch, project } from '../../db/write/project.ts';
import { type Entry, type EntryLeaf, genesisHash } from '../../machines/kernel/entry.ts';
import { kernelVersion } from '../../machines/kernel/open.ts';
import type { CaseState, Task } from '../../machines/kernel/state.ts';
import { lifecycleCompileInput, benchTenant as tenant } from '../lifecycle.ts';
import type { SmallCase, SmallChange, SmallStore, SmallTask } from './messages.ts';

const { ref: definition } = lifecycleCompileInput;

/** The hand-written workflow's store where it writes the same rows as ours, by the same code, in the same transaction. */
export const openSameProjection = async (
  file: string,
  synchronous: 'FULL' | 'NORMAL',
): Promise<SmallStore> => {
  const store = await openStore({ file, synchronous });
  return {
    project: async (change) => {
      const { headHash } = await project(store, batchOf(change));
      return headHash;
    },
    close: () => store.close(),
  };
};

const batchOf = ({ case: small, entry }: SmallChange): Batch => {
  const { caseId, state, seq, headHash } = small;
  const leaf: EntryLeaf = {
    ...{ v: 1, tenant, caseId, epoch: 1, seq, at: isoOf(entry.atMs) },
    ...{ actorId: entry.actorId, type: entry.event, commandId: `${caseId}.${seq}` },
    ...{ data: entry.data, facts: {}, commitments: [] },
    before: { states: entry.before === null ? [] : [entry.before], changed: {} },
    after: { states: [state], changed: {} },
    ...{ definition, kernel: kernelVersion, calendar: {}, prevHash: headHash ?? genesisHash },
  };
  const text = JSON.stringify(leaf);
  const sealed: Entry = { seq, type: leaf.type, leaf: text, hash: leafHash(text) };
  return {
    ...{ tenant, caseId, entries: [sealed], effects: [] },
    state: stateOf(small, { clockAt: leaf.at, headHash: sealed.hash }),
  };
};

const stateOf = (
  small: SmallCase,
  { clockAt, headHash }: { clockAt: string; headHash: string },
): CaseState => {
  const { caseId, state, seq, data } = small;
  const [openedAt, dueAt] = [isoOf(small.openedAtMs), isoOf(small.dueAtMs)];
  const closed = state === 'archived';
  return {
    ...{
      v: 1,
      kernel: kernelVersion,
      tenant,
      caseId,
      number: caseId,
      kind: 'complaint',
      definition,
      epoch: 1,
    },
    ...(closed ? { status: 'closed', closedAt: clockAt } : { status: 'open' }),
    ...{ receivedAt: openedAt, openedAt, clockAt },
    machine: { states: [state], history: {}, visits: 0 },
    data: { ...data },
    tasks: Object.fromEntries(small.tasks.map((task) => [`${caseId}.${task.state}`, taskOf(task)])),
    deadlines: {
      decision: {
        status: small.breached ? 'breached' : closed ? 'met' : 'running',
        ...{ startedAt: openedAt, limit: 'P15D', dueAt },
        ...{ pauses: [], warnings: [], extensions: [], provisional: false },
        ...(closed ? { stoppedAt: clockAt } : {}),
      },
    },
    ...{
      ledger: [],
      documents: [],
      links: [],
      incidents: [],
      timers: {},
      services: {},
      acted: {},
      owner: null,
    },
    ...{ calendars: {}, seq, rev: seq, headHash, answered: [] },
  };
};

const taskOf = ({ state, openedAtMs, closed }: SmallTask): Task => ({
  ...{ state, role: 'handler', assignee: null, openedAt: isoOf(openedAtMs) },
  ...(closed
    ? { status: 'completed', closedAt: isoOf(closed.atMs), completedBy: closed.by, outcome: closed.outcome }
    : { status: 'open' }),
});

const isoOf = (ms: number): string => new Date(ms).toISOString();
