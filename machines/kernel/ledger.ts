import type { LedgerLineKind } from './definition.ts';
import type { Money } from './json.ts';
import { KernelError } from './kernel-error.ts';
import type { LedgerLine } from './state.ts';

export type LedgerSums = { [line in LedgerLineKind]: Money };

export const ledgerLineKinds: LedgerLineKind[] = [
  'reserve',
  'approved',
  'paid',
  'failed',
  'reversed',
  'recovered',
];

/** Lines that one case's ledger may have. */
export const ledgerLinesMax = 5_000;

/** What the lines sum to, by kind. An empty ledger sums to nothing in the given currency. */
export const ledgerSums = (ledger: LedgerLine[], currency = 'XXX'): LedgerSums => {
  const sums = Object.fromEntries(
    ledgerLineKinds.map((line) => [line, { amount: 0, currency: ledger[0]?.amount.currency ?? currency }]),
  ) as LedgerSums;
  for (const { line, amount } of ledger) {
    sums[line].amount += amount.amount;
  }
  return sums;
};

/** The ledger with one line more; one ledger keeps to one currency, and amounts to whole minor units. */
export const withLine = (ledger: LedgerLine[], line: Omit<LedgerLine, 'n'>): LedgerLine[] => {
  const currency = ledger[0]?.amount.currency ?? line.amount.currency;
  if (line.amount.currency !== currency) {
    throw new KernelError('LEDGER_CURRENCY', `The ledger is kept in ${currency}.`);
  }
  if (ledger.length >= ledgerLinesMax) {
    throw new KernelError('LEDGER_FULL', `A ledger has at most ${ledgerLinesMax} lines.`);
  }
  return [...ledger, { n: ledger.length + 1, ...line }];
};

/** Reads money out of a computed value. */
export const asMoney = (value: unknown): Money => {
  const money = value as Partial<Money> | null;
  if (
    typeof money !== 'object' ||
    money === null ||
    !Number.isSafeInteger(money.amount) ||
    typeof money.currency !== 'string' ||
    !/^[A-Z]{3}$/.test(money.currency)
  ) {
    throw new KernelError('NOT_MONEY', 'An amount must be {amount: whole minor units, currency}.');
  }
  return { amount: money.amount as number, currency: money.currency };
};
