import { openSeats } from '../kernel/approval/approval.ts';
import { rolesAbove } from '../kernel/approval/roles-above.ts';
import type { CaseState } from '../kernel/state.ts';
import type { CaseParties } from './recipients.ts';

/**
 * The open seats of the decision that several people make in a case, with who has each; empty where none is open. Where one
 * seat is named, that one alone, open or not.
 */
export const openPlaces = (
  { signing, tasks }: Pick<CaseState, 'signing' | 'tasks'>,
  seatId?: string,
): NonNullable<CaseParties['seats']> => {
  if (!signing) {
    return [];
  }
  const { approval } = signing;
  const seats = seatId === undefined ? openSeats(approval) : approval.seats.filter(({ id }) => id === seatId);
  return seats.map(({ id, signer }) => ({
    assignee: holderOf(tasks, id),
    above: rolesAbove(approval, signer),
  }));
};

/** Who has a seat's open task, or had the last one; null: nobody has. */
export const holderOf = (tasks: CaseState['tasks'], seatId: string): string | null => {
  const ofSeat = Object.values(tasks).filter(({ seat }) => seat === seatId);
  return (ofSeat.find(({ status }) => status === 'open') ?? ofSeat.at(-1))?.assignee ?? null;
};
