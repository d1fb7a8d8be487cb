import { own } from './own.ts';
import type { CaseState } from './state.ts';

// Not the interface of definitions: this one is plain JSON.
type Title = { zh: string; en: string };

const clocks = {
  promise: { zh: '对客户的承诺', en: 'Promise to the customer' },
  owner: { zh: '确定责任人', en: 'Name the owner' },
} as const;

/** The title of a deadline that no definition has, a seat's by whom the seat is for; undefined for all others. */
export const ownClockTitle = (
  { deadlines, signing }: Pick<CaseState, 'deadlines' | 'signing'>,
  name: string,
): Title | undefined => {
  const { adHoc, seat: seatId } = own(deadlines, name) ?? {};
  if (adHoc) {
    return clocks[adHoc.kind];
  }
  if (seatId === undefined) {
    return undefined;
  }
  const { role, department } = signing?.approval.seats.find(({ id }) => id === seatId)?.signer ?? {};
  const who = department ?? role;
  return who === undefined ? seatTitle : { zh: `${seatTitle.zh}（${who}）`, en: `${seatTitle.en} (${who})` };
};

const seatTitle: Title = { zh: '席位时限', en: 'Seat' };
