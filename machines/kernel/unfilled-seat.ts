import { own } from './own.ts';
import { type Cause, nextId, type Run } from './run.ts';
import { raiseIncident } from './services.ts';

/** The entry, and what people are told, as templates name it. */
export const seatUnfilled = 'seat.unfilled';

/**
 * Nobody may take a seat, at the ladder's top neither: an incident that stays open until the seat is decided or somebody
 * has it asked for again, and those whom the definition names are told. Each seat once.
 *
 * @returns false where the definition says nothing of it, or it is known already
 */
export const reportUnfilled = (run: Run, taskId: string, cause: Cause): boolean => {
  const { unfilled } = own(run.compiled.definition.signing, run.state.signing?.state ?? '') ?? {};
  const isKnown = run.state.incidents.some((each) => each.taskId === taskId && each.status === 'open');
  if (!unfilled || isKnown) {
    return false;
  }
  cause.type = seatUnfilled;
  raiseIncident(run, { kind: 'seat', code: 'NOBODY_ELIGIBLE', taskId });
  const to = { roles: unfilled.tell };
  run.effects.push({ type: 'deliver', id: nextId(run), template: seatUnfilled, to, data: null });
  return true;
};
