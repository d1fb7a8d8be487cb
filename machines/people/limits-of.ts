import type { Money } from '../kernel/json.ts';
import type { AuthorityLimit } from './organisation.ts';
import { isIn } from './period.ts';

/**
 * The highest amounts that somebody may decide at an instant, per currency, in the currencies' order.
 *
 * In each currency the nearest rule holds: the person's own for this kind of case, the person's own for every kind, and
 * only then the roles', of which each counts by its rule for this kind or else for every kind, and the highest wins. So
 * a person's own limit can also be lower than that of their role.
 *
 * @param caseKind absent: the limits for kinds that have none of their own
 */
export const limitsOf = (
  { id, roles }: { id: string; roles: string[] },
  limits: AuthorityLimit[],
  { nowMs, caseKind }: { nowMs: number; caseKind?: string | undefined },
): Money[] => {
  const valid = limits.filter((limit) => isIn(limit, nowMs));
  const nearest = (holder: AuthorityLimit['holder'], currency: string): number | undefined => {
    const own = valid.filter(
      (limit) =>
        limit.holder.kind === holder.kind && limit.holder.id === holder.id && limit.currency === currency,
    );
    const forKind = own.find((limit) => caseKind !== undefined && limit.caseKind === caseKind);
    return (forKind ?? own.find((limit) => limit.caseKind === null))?.amount;
  };
  const currencies = [...new Set(valid.map(({ currency }) => currency))].sort();
  return currencies.flatMap((currency) => {
    const ofRoles = roles
      .map((role) => nearest({ kind: 'role', id: role }, currency))
      .filter((amount) => amount !== undefined);
    const amount =
      nearest({ kind: 'person', id }, currency) ?? (ofRoles.length === 0 ? undefined : Math.max(...ofRoles));
    return amount === undefined ? [] : [{ amount, currency }];
  });
};
