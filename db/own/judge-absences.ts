import { checkAbsence } from '../../machines/people/check-absence.ts';
import { absenceContent, allAbsencesIn, writeAbsence } from './absences.ts';
import {
  faultsOf,
  type ImportRows,
  type Judged,
  type Judging,
  repeatedLines,
  type Step,
} from './import-line.ts';

/** The lines of absences, judged with the others of the same people. A cancelled one stands in nobody's way. */
export const judgeAbsences = (lines: ImportRows['absences'], { db, tenant, known, by }: Judging): Judged => {
  const persons = new Set(lines.map(({ value }) => value.personId));
  const there =
    lines.length === 0 ? [] : allAbsencesIn(db, tenant).filter(({ personId }) => persons.has(personId));
  const comingIds = new Set(lines.map(({ value }) => value.id));
  const others = Map.groupBy(
    [...there.filter(({ id }) => !comingIds.has(id)), ...lines.map(({ value }) => value)],
    ({ personId }) => personId,
  );
  return {
    bad: [
      ...repeatedLines(
        'absences',
        lines.map(({ line, value }) => ({ line, after: value })),
      ),
      ...lines.flatMap(({ line, value }) =>
        value.status === 'cancelled'
          ? []
          : faultsOf('absences', line, checkAbsence(value, others.get(value.personId) ?? [], known)),
      ),
    ],
    steps: lines.map(({ line, value }): Step => {
      const before = there.find(({ id }) => id === value.id);
      const change = value.status === 'cancelled' ? 'absence.cancelled' : 'absence.changed';
      return {
        ...{ table: 'absences', line, after: absenceContent(value) },
        before: before && absenceContent(before),
        write: () => writeAbsence(db, tenant, value, by, before ? change : 'absence.added'),
      };
    }),
  };
};
