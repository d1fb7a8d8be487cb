import { getPerson } from '../db/own/people.ts';
import { isHidden } from '../db/read/out-of-sight.ts';
import type { CaseState } from '../machines/kernel/state.ts';
import { type MarkedField, markedFields } from './marked-fields.ts';
import { Refused } from './problem.ts';
import type { Clear } from './seal.ts';
import type { Services } from './services.ts';

/** The case that the data go to. */
export interface NamedIn {
  tenant: string;
  caseId: string;
  mode: CaseState['mode'] | undefined;
}

/**
 * Checks whom data name where their schema says `x-person`: somebody active who holds one of its roles and has a part in
 * the case. An import may name whoever worked on it then.
 *
 * @throws Refused `PERSON_UNKNOWN`; `DATA_INVALID` for somebody without the role; `CONFLICT_OF_INTEREST` for somebody who
 * has no part in the case
 */
export const requireNamedPersons = async (
  { store, now }: Services,
  { tenant, caseId, mode }: NamedIn,
  data: Clear['data'],
): Promise<void> => {
  const named = data?.schema === undefined ? [] : personsIn(data.schema, data);
  for (const { pointer, value, schema } of named) {
    const errors = (message: string) => ({ errors: [{ pointer: `/data${pointer}`, message }] });
    const person = typeof value === 'string' ? await getPerson(store, tenant, value, now()) : undefined;
    if (!person || (person.status !== 'active' && mode !== 'historical')) {
      throw new Refused('PERSON_UNKNOWN', 'There is nobody here under this name.', errors('is nobody here'));
    }
    if (mode === 'historical') {
      continue;
    }
    const roles = schema['x-person'] ?? [];
    if (!person.roles.some((role) => roles.includes(role))) {
      const message = `must be somebody who holds one of the roles ${roles.join(', ')}`;
      throw new Refused('DATA_INVALID', 'The person named cannot do this work.', errors(message));
    }
    if (await isHidden(store, person, caseId)) {
      throw new Refused(
        'CONFLICT_OF_INTEREST',
        'The person named has no part in this case.',
        errors('has no part in this case'),
      );
    }
  }
};

const personsIn = (
  schema: NonNullable<NonNullable<Clear['data']>['schema']>,
  { value, root }: NonNullable<Clear['data']>,
): MarkedField[] =>
  markedFields(schema, value ?? {}, { root, isMarked: (each) => each['x-person'] !== undefined });
