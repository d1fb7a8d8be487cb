import { emptyPeriod, type Known, type PeopleFault, unknownPerson } from './fault.ts';
import type { Absence } from './organisation.ts';
import { overlap } from './period.ts';

/** What speaks against an absence: nobody here, an end before its start, another absence of the person at the time. */
export const checkAbsence = (absence: Absence, others: Absence[], known: Known): PeopleFault[] => {
  const clash = others.some(
    (other) =>
      other.id !== absence.id &&
      other.personId === absence.personId &&
      other.status === 'active' &&
      overlap(other, absence),
  );
  return [
    ...unknownPerson(known, absence.personId, '/personId'),
    ...emptyPeriod(absence, '/until'),
    ...(clash
      ? [
          {
            code: 'ABSENCE_OVERLAPS',
            pointer: '/from',
            message: 'lies in another absence of this person',
          } as const,
        ]
      : []),
  ];
};
