import type { Json } from './json.ts';
import { own } from './own.ts';
import type { Run } from './run.ts';
import { raiseIncident, startService } from './services.ts';
import type { CompletedCall, RunningService } from './state.ts';

/** The event a machine may wait for when everything that it asked to undo has been undone. */
export const compensatedEvent = 'service.compensated';

/** Calls that a case can undo at most; the oldest is given up first. */
export const completedCallsMax = 100;

/** Characters of JSON that one call, input and answer together, may have to be kept. */
export const completedCallCharsMax = 8_000;

/** No invoke has such an id, and the key in it tells which call is undone. */
const prefix = 'compensate.';
const undoingId = ({ key }: CompletedCall): string => prefix + key;

/** Whether a running service undoes an earlier call, rather than being invoked by a state. */
export const undoes = (invokeId: string): boolean => invokeId.startsWith(prefix);

/**
 * Keeps a call that succeeded, where its service can be undone. A call that cannot be kept cannot be undone by the
 * machine later: that is an incident now, so that a person knows.
 */
export const keepCompleted = (run: Run, { service, key, input }: RunningService, output: Json): void => {
  if (own(run.compiled.definition.services, service)?.compensation === undefined) {
    return;
  }
  const call: CompletedCall = { service, key, input, output };
  const isSmall = JSON.stringify(call).length <= completedCallCharsMax;
  const all = [...(run.state.completed ?? []), ...(isSmall ? [call] : [])];
  if (!isSmall || all.length > completedCallsMax) {
    raiseIncident(run, { kind: 'service', code: 'COMPENSATION_NOT_KEPT' });
  }
  // A call that is being undone just now stays: its answer is still to come.
  const oldest = all.length > completedCallsMax ? all.find(({ undoing }) => !undoing) : undefined;
  run.state = { ...run.state, completed: all.filter((each) => each !== oldest) };
};

/** Marks every call of a service that succeeded, and has not been undone, as to be undone. */
export const markForUndoing = (run: Run, service: string): void => {
  const { completed = [] } = run.state;
  if (completed.some((call) => call.service === service && !call.undoing)) {
    const marked = completed.map((call) =>
      call.service === service ? { ...call, undoing: true as const } : call,
    );
    run.state = { ...run.state, completed: marked };
  }
};

/** Whether calls are still to be undone. */
export const isUndoing = (run: Run): boolean => (run.state.completed ?? []).some(({ undoing }) => undoing);

/**
 * Asks for the newest marked call to be undone, by the service its definition names. One after the other: what was
 * done last may rest on what was done before it, so the earlier waits until the later is undone.
 */
export const undoNewest = (run: Run): void => {
  const newest = run.state.completed?.findLast(({ undoing }) => undoing);
  if (newest === undefined || Object.keys(run.state.services).some(undoes)) {
    return;
  }
  const { service, key, input, output } = newest;
  const by = own(run.compiled.definition.services, service)?.compensation?.service ?? '';
  startService(run, undoingId(newest), { service: by, input: { service, key, input, output } });
};

/** A call that has been undone is no more: nothing undoes it twice. */
export const forgetUndone = (run: Run, invokeId: string): void => {
  const { completed = [] } = run.state;
  run.state = { ...run.state, completed: completed.filter((call) => undoingId(call) !== invokeId) };
};
