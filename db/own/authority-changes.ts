import { instantAt } from '../../machines/kernel/instant.ts';
import type { JsonObject } from '../../machines/kernel/json.ts';
import { checkLimit, isSameLine } from '../../machines/people/check-limit.ts';
import type { AuthorityLimit } from '../../machines/people/organisation.ts';
import type { Db, Store } from '../open.ts';
import { allLimitsIn, endLimits, writeLimit } from './authority.ts';
import { knownIn } from './known-people.ts';
import { type ChangedBy, recordChange } from './people-history.ts';
import type { Saved } from './person-record.ts';

export type AuthorityLine = Pick<AuthorityLimit, 'holder' | 'caseKind' | 'currency'>;

/** The line's name in history and log: `role/lead/claim/CNY`; a star stands for every kind of case. */
export const lineId = ({ holder, caseKind, currency }: AuthorityLine): string =>
  `${holder.kind}/${holder.id}/${caseKind ?? '*'}/${currency}`;

export const limitContent = (limit: AuthorityLimit): JsonObject => ({
  holder: { kind: limit.holder.kind, id: limit.holder.id },
  caseKind: limit.caseKind,
  currency: limit.currency,
  amount: limit.amount,
  from: limit.fromMs === null ? null : instantAt(limit.fromMs),
  until: limit.untilMs === null ? null : instantAt(limit.untilMs),
});

/** Writes a limit that has been checked, with its trace. */
export const recordLimit = (db: Db, tenant: string, limit: AuthorityLimit, by: ChangedBy): void => {
  writeLimit(db, tenant, limit);
  const content = limitContent(limit);
  const subject = { kind: 'authority', id: lineId(limit) } as const;
  recordChange(db, tenant, { type: 'authority.changed', subject, content, detail: content }, by);
};

/**
 * Sets a limit from its start on (null: from now on): what the same line said for that time ends there, what it said
 * before stays.
 */
export const setLimit = (
  store: Store,
  tenant: string,
  limit: AuthorityLimit,
  by: ChangedBy,
): Promise<Saved<AuthorityLimit>> =>
  store.write((db) => {
    const fromMs = limit.fromMs ?? by.atMs;
    const line = allLimitsIn(db, tenant).filter((each) => isSameLine(each, limit));
    const whole = { ...limit, fromMs };
    const same = line.find((each) => each.fromMs === fromMs);
    if (same && same.amount === limit.amount && same.untilMs === limit.untilMs) return { saved: same };
    const faults = checkLimit(whole, [], knownIn(db, tenant));
    if (faults.length > 0) return { faults };
    endLimits(db, tenant, limit, fromMs);
    recordLimit(db, tenant, whole, by);
    return { saved: whole };
  });

/** Takes a limit away from now on. */
export const endLimit = (
  store: Store,
  tenant: string,
  line: AuthorityLine,
  by: ChangedBy,
): Promise<Saved<AuthorityLine>> =>
  store.write((db) => {
    const there = allLimitsIn(db, tenant).some(
      (each) => isSameLine(each, line) && (each.untilMs === null || each.untilMs > by.atMs),
    );
    if (!there) return { refused: 'missing' };
    endLimits(db, tenant, line, by.atMs);
    const { holder, caseKind, currency } = line;
    const content = {
      holder: { kind: holder.kind, id: holder.id },
      ...{ caseKind, currency, amount: null, from: instantAt(by.atMs), until: null },
    };
    const subject = { kind: 'authority', id: lineId(line) } as const;
    recordChange(db, tenant, { type: 'authority.ended', subject, content, detail: content }, by);
    return { saved: line };
  });
