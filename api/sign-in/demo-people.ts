import type { Person } from '../../db/own/people.ts';
import { exampleOrganisation } from '../../machines/library/organisation.ts';

/** Whether somebody is one of the people that every embedded default starts with, and still nobody else. */
export const isDemoPerson = ({ id, name, status }: Pick<Person, 'id' | 'name' | 'status'>): boolean =>
  status === 'active' &&
  name === `Demo ${id}` &&
  exampleOrganisation.people.some((person) => person.id === id);
