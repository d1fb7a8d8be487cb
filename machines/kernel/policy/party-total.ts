import type { Money } from '../json.ts';
import type { LedgerLine } from '../state.ts';

/** How far back what a party got is counted. */
export const partyDays = 90;

/** Stands for amounts that cannot be added up: nobody has a limit in it, so nobody may decide alone. */
export const noCurrency = 'XXX';

/**
 * What was approved for one party since an instant, over the ledgers of all of its matters: by it authority is judged,
 * so that splitting an amount over cases gains nothing. Lines of several currencies do not add up.
 *
 * @param since RFC 3339 UTC
 */
export const approvedSince = (ledgers: LedgerLine[][], since: string): Money => {
  const lines = ledgers.flat().filter(({ line, at }) => line === 'approved' && at >= since);
  const currencies = new Set(lines.map(({ amount }) => amount.currency));
  const [currency = noCurrency] = currencies;
  return {
    amount: lines.reduce((sum, { amount }) => sum + amount.amount, 0),
    currency: currencies.size > 1 ? noCurrency : currency,
  };
};
