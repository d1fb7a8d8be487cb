import { checkLimit, isSameLine } from '../../machines/people/check-limit.ts';
import type { AuthorityLimit } from '../../machines/people/organisation.ts';
import { allLimitsIn } from './authority.ts';
import { limitContent, recordLimit } from './authority-changes.ts';
import {
  faultsOf,
  type ImportRows,
  type Judged,
  type Judging,
  type Line,
  ownLine,
  type Step,
} from './import-line.ts';

/** The lines of the authority table, judged with those that stay. One with the start of another replaces it. */
export const judgeLimits = (
  lines: ImportRows['authority'],
  { db, tenant, known, by, self }: Judging,
): Judged => {
  const there = allLimitsIn(db, tenant);
  const coming = byKey(lines);
  return {
    bad: lines.flatMap(({ line, value }) => {
      const sameKey = coming.get(keyOf(value)) ?? [];
      const staying = there.filter((each) => isSameLine(each, value) && !isReplaced(each, coming));
      const others = [...staying, ...sameKey.filter((each) => each.line !== line).map((each) => each.value)];
      const own =
        value.holder.kind === 'person'
          ? self?.ids.includes(value.holder.id)
          : self?.roles.includes(value.holder.id);
      return [
        ...faultsOf('authority', line, checkLimit(value, others, known)),
        ...(own === true ? [ownLine('authority', line, '/holder')] : []),
      ];
    }),
    steps: lines.map(({ line, value }): Step => {
      const before = there.find((each) => isSame(each, value));
      return {
        ...{ table: 'authority', line, before: before && limitContent(before), after: limitContent(value) },
        write: () => recordLimit(db, tenant, value, by),
      };
    }),
  };
};

/** The authority table as these lines leave it. */
export const limitsAfter = (
  lines: ImportRows['authority'],
  { db, tenant }: Pick<Judging, 'db' | 'tenant'>,
): AuthorityLimit[] => {
  const coming = byKey(lines);
  return [
    ...allLimitsIn(db, tenant).filter((each) => !isReplaced(each, coming)),
    ...lines.map(({ value }) => value),
  ];
};

type ByKey = Map<string, Line<AuthorityLimit>[]>;

const keyOf = ({ holder, caseKind, currency }: AuthorityLimit): string =>
  JSON.stringify([holder.kind, holder.id, caseKind, currency]);

const byKey = (lines: ImportRows['authority']): ByKey => Map.groupBy(lines, ({ value }) => keyOf(value));

const isSame = (a: AuthorityLimit, b: AuthorityLimit): boolean => isSameLine(a, b) && a.fromMs === b.fromMs;

const isReplaced = (limit: AuthorityLimit, coming: ByKey): boolean =>
  (coming.get(keyOf(limit)) ?? []).some(({ value }) => isSame(value, limit));
