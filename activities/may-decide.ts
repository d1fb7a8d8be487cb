import type { Db } from '../db/open.ts';
import { actingDataIn } from '../db/own/acting.ts';
import type { Person } from '../db/own/people.ts';
import type { Money } from '../machines/kernel/json.ts';
import { effectiveActor } from '../machines/people/effective-actor.ts';

/** Whether somebody's own authority covers an amount in a kind of case. */
export const mayDecide = (
  db: Db,
  person: Person,
  amount: Money,
  at: { nowMs: number; caseKind: string | undefined },
): boolean => {
  const { authority } = effectiveActor(actingDataIn(db, person, at.nowMs), at);
  return covers(authority, amount);
};

/** Whether one of these limits, which are per currency, covers an amount. */
export const covers = (limits: readonly Money[] = [], { amount, currency }: Money): boolean =>
  limits.some((limit) => limit.currency === currency && limit.amount >= amount);
