import { checkPerson } from '../../machines/people/check-person.ts';
import type { PersonRecord } from '../../machines/people/organisation.ts';
import {
  type BadLine,
  faultsOf,
  isSameContent,
  type Judged,
  type Judging,
  ownLine,
  repeatedLines,
  type State,
  type Step,
} from './import-line.ts';
import { personContent, writePerson } from './person-record.ts';

/** The lines of people, judged together with all that comes. */
export const judgePeople = (people: State<PersonRecord>[], judging: Judging): Judged => {
  const { db, tenant, known, by } = judging;
  return {
    bad: [
      ...repeatedLines('people', people),
      ...people.flatMap((person) => [
        ...faultsOf('people', person.line, checkPerson(person.after, known, person.before)),
        ...nameless(person),
        ...ownRights(person, judging),
      ]),
    ],
    steps: people.map(
      ({ line, before, after }): Step => ({
        ...{ table: 'people', line, before: before && personContent(before), after: personContent(after) },
        write: () => writePerson(db, tenant, after, by, before),
      }),
    ),
  };
};

const nameless = ({ line, after: { name } }: State<PersonRecord>): BadLine[] =>
  name === ''
    ? [{ table: 'people', line, pointer: '/name', code: 'INPUT_INVALID', reason: 'is required' }]
    : [];

const ownRights = ({ line, before, after }: State<PersonRecord>, { self }: Judging): BadLine[] =>
  self !== undefined &&
  (self.ids.includes(after.id) || (after.humanId !== null && self.ids.includes(after.humanId))) &&
  !isSameContent(before && personContent(before), personContent(after))
    ? [ownLine('people', line, '/id')]
    : [];
