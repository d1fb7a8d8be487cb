import { openSeats } from '../kernel/approval/approval.ts';
import { rolesAbove } from '../kernel/approval/roles-above.ts';
import type { CaseState } from '../kernel/state.ts';
import type { CaseParties } from './recipients.ts';

/** The open seats of the decision that several people make in a case, with who has each; empty where none is open. */
export const openPlaces = ({
  signing,
  tasks,
}: Pick<CaseState, 'signing' | 'tasks'>): NonNullable<CaseParties['seats']> => {
  if (!signing) {
    return [];
  }
  const open = Object.values(tasks).filter(({ status }) => status === 'open');
  return openSeats(signing.approval).map(({ id, signer }) => ({
    assignee: open.find(({ seat }) => seat === id)?.assignee ?? null,
    above: rolesAbove(signing.approval, signer),
  }));
};
