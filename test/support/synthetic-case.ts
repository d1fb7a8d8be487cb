import type { Effect } from '../../machines/kernel/effect.ts';
import { type Entry, type EntryLeaf, genesisHash, sealEntry } from '../../machines/kernel/entry.ts';
import type { CaseState, Deadline, Task } from '../../machines/kernel/state.ts';

/** A state as the kernel would make it, for tests of what stands around the kernel. */
export const syntheticCase = (changes: Partial<CaseState> = {}): CaseState => ({
  v: 1,
  kernel: 1,
  tenant: 'acme',
  caseId: 'case-1',
  number: 'CL-2026-000001',
  kind: 'claim',
  definition: { id: 'motor-claim', version: '1.0.0', hash: 'd'.repeat(64) },
  epoch: 1,
  status: 'open',
  receivedAt: '2026-03-02T01:00:00.000Z',
  openedAt: '2026-03-02T01:00:00.000Z',
  clockAt: '2026-03-02T01:00:00.000Z',
  machine: { states: ['registered'], history: {}, visits: 0 },
  data: {},
  ledger: [],
  tasks: {},
  deadlines: {},
  documents: [],
  links: [],
  incidents: [],
  timers: {},
  services: {},
  acted: {},
  owner: null,
  calendars: {},
  seq: 0,
  rev: 0,
  headHash: genesisHash,
  answered: [],
  ...changes,
});

export const syntheticTask = (changes: Partial<Task> = {}): Task => ({
  state: 'registered',
  status: 'open',
  role: 'handler',
  assignee: null,
  openedAt: '2026-03-02T01:00:00.000Z',
  ...changes,
});

export const syntheticDeadline = (changes: Partial<Deadline> = {}): Deadline => ({
  status: 'running',
  startedAt: '2026-03-02T01:00:00.000Z',
  limit: 'P5D',
  dueAt: '2026-03-07T16:00:00.000Z',
  pauses: [],
  warnings: [],
  extensions: [],
  provisional: false,
  ...changes,
});

export interface SyntheticStep {
  tenant: string;
  caseId: string;
  state: CaseState;
  entries: Entry[];
  effects: Effect[];
}

/** The next entry of a case and the state after it; `leaf` changes what the entry says. */
export const syntheticStep = (
  before: CaseState,
  changes: Partial<CaseState> = {},
  leaf: Partial<EntryLeaf> = {},
  effects: Effect[] = [],
): SyntheticStep => {
  const seq = before.seq + 1;
  const after = { ...before, ...changes };
  const entry = sealEntry({
    v: 1,
    tenant: after.tenant,
    caseId: after.caseId,
    epoch: after.epoch,
    seq,
    at: after.clockAt,
    actorId: 'handler',
    type: 'event',
    commandId: `${after.caseId}-command-${seq}`,
    data: {},
    facts: {},
    before: { states: before.machine.states, changed: {} },
    after: { states: after.machine.states, changed: {} },
    commitments: [],
    definition: after.definition,
    kernel: after.kernel,
    calendar: {},
    prevHash: before.headHash,
    ...leaf,
  });
  const state = { ...after, seq, rev: seq, headHash: entry.hash };
  return { tenant: state.tenant, caseId: state.caseId, state, entries: [entry], effects };
};

/** Several steps as one batch: the state after the last, the entries and effects of all. */
export const batchOf = (...steps: [SyntheticStep, ...SyntheticStep[]]): SyntheticStep => ({
  ...(steps.at(-1) ?? steps[0]),
  entries: steps.flatMap(({ entries }) => entries),
  effects: steps.flatMap(({ effects }) => effects),
});
