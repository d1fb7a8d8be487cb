import { isCurrency } from './currencies.ts';
import { emptyPeriod, type Known, type PeopleFault, unknownPerson, unknownRole } from './fault.ts';
import type { AuthorityLimit } from './organisation.ts';
import { overlap } from './period.ts';

/**
 * What speaks against a line of the authority table: a holder or a currency that there is none of, an end before its
 * start, or another line that says something else for the same time.
 */
export const checkLimit = (limit: AuthorityLimit, others: AuthorityLimit[], known: Known): PeopleFault[] => {
  const { holder, currency } = limit;
  const clash = others.some((other) => isSameLine(other, limit) && overlap(other, limit));
  return [
    ...(holder.kind === 'role'
      ? unknownRole(known, holder.id, '/holder')
      : unknownPerson(known, holder.id, '/holder')),
    ...(isCurrency(currency)
      ? []
      : [{ code: 'CURRENCY_UNKNOWN', pointer: '/currency', message: 'is no currency of ISO 4217' } as const]),
    ...emptyPeriod(limit, '/until'),
    ...(clash
      ? [
          {
            code: 'PERIOD_OVERLAPS',
            pointer: '/from',
            message: 'lies in a time that another limit covers',
          } as const,
        ]
      : []),
  ];
};

/** Whether two limits are about the same holder, kind of case and currency. */
export const isSameLine = (
  a: Pick<AuthorityLimit, 'holder' | 'caseKind' | 'currency'>,
  b: Pick<AuthorityLimit, 'holder' | 'caseKind' | 'currency'>,
): boolean =>
  a.holder.kind === b.holder.kind &&
  a.holder.id === b.holder.id &&
  a.caseKind === b.caseKind &&
  a.currency === b.currency;
