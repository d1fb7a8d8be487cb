import { canonicalJson } from './canonical-json.ts';
import type { Actor } from './command.ts';
import type { Json } from './json.ts';
import { own } from './own.ts';
import type { Run } from './run.ts';
import { sha256Hex } from './sha256.ts';
import type { CaseState, Transfer } from './state.ts';

/** Hand-overs in a row, with nothing new known, of which the last goes to a superior instead. */
export const transfersInRow = 3;

/** Transfers that a case remembers, the oldest of them dropped first. */
export const transfersMax = 200;

/** What is known of the case: another value once anything in it has changed but who works on it. */
export const factOf = ({ machine, data, documents, contacts }: CaseState): string =>
  sha256Hex(
    canonicalJson({
      states: machine.states,
      data,
      documents: documents.map(({ id, status }) => ({ id, status })),
      contacts: Object.keys(contacts ?? {}),
    } as unknown as Json),
  ).slice(0, 16);

/** Whether one more hand-over would be one too many: nothing new came since those before it. */
export const isPingPong = (state: CaseState): boolean => {
  const fact = factOf(state);
  const since = Object.values(state.transfers ?? {})
    .reverse()
    .findIndex((transfer) => transfer.fact !== fact);
  const inRow = since === -1 ? Object.keys(state.transfers ?? {}).length : since;
  return inRow >= transfersInRow - 1;
};

/** Remembers that something was handed over. Its time is the sender's until it is ended. */
export const beginTransfer = (
  run: Run,
  { of, from, to, taskId }: { of: Transfer['of']; from: Actor; to: Actor; taskId?: string },
): string => {
  const id = `${run.state.seq + 1}`;
  const kept = Object.entries(run.state.transfers ?? {}).slice(1 - transfersMax);
  const transfer: Transfer = {
    of,
    ...(taskId === undefined ? {} : { taskId }),
    from: from.id,
    to: to.id,
    fromDepartment: from.departments?.[0] ?? null,
    toDepartment: to.departments?.[0] ?? null,
    at: run.clock,
    fact: factOf(run.state),
    status: 'asked',
  };
  run.state = { ...run.state, transfers: { ...Object.fromEntries(kept), [id]: transfer } };
  return id;
};

/** Says which task a transfer is of, where it was opened after it began. */
export const nameTask = (run: Run, id: string, taskId: string): void => {
  const transfer = own(run.state.transfers, id);
  if (transfer) {
    run.state = { ...run.state, transfers: { ...run.state.transfers, [id]: { ...transfer, taskId } } };
  }
};

/** Ends a transfer that is still asked for. */
export const endTransfer = (run: Run, id: string, status: Exclude<Transfer['status'], 'asked'>): void => {
  const transfer = run.state.transfers?.[id];
  if (transfer?.status === 'asked') {
    const ended: Transfer = { ...transfer, status, endedAt: run.clock };
    run.state = { ...run.state, transfers: { ...run.state.transfers, [id]: ended } };
  }
};

/** Whether the two work in departments that have nothing in common; who works in none is nowhere else. */
export const areApart = (one: Actor, other: Actor): boolean => {
  const { departments: left = [] } = one;
  const { departments: right = [] } = other;
  return left.length > 0 && right.length > 0 && !left.some((each) => right.includes(each));
};
