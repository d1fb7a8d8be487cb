import { and, eq, sql } from 'drizzle-orm';
import type { ActingData, Holder } from '../../machines/people/effective-actor.ts';
import type { Db, Store } from '../open.ts';
import { perConnection } from '../prepared.ts';
import { people } from '../schema/index.ts';
import { isAwayIn } from './absences.ts';
import { limitsIn } from './authority.ts';
import { delegationsTo } from './delegations.ts';
import { type Person, personIn } from './people.ts';
import { serviceIdsOf } from './service-keys.ts';

const statements = perConnection((db) => ({
  accounts: db
    .select({ id: people.personId })
    .from(people)
    .where(and(eq(people.tenant, sql.placeholder('tenant')), eq(people.humanId, sql.placeholder('humanId'))))
    .prepare(),
}));

/**
 * Ids of the other accounts of the human being whose account this is: the main one, those that name it, and the
 * service keys that any of them has made.
 */
export const accountsIn = (
  db: Db,
  { tenant, id, humanId = id }: Pick<Person, 'tenant' | 'id' | 'humanId'>,
): string[] => {
  const people = [
    humanId,
    ...statements(db)
      .accounts.all({ tenant, humanId })
      .map((row) => row.id),
  ];
  return [...people, ...serviceIdsOf(db, tenant, people)].filter((each) => each !== id);
};

/** All that decides what a person may do now, read in one go. */
export const actingData = (store: Store, person: Person, nowMs: number): Promise<ActingData> =>
  store.read((db) => actingDataIn(db, person, nowMs));

/** For a read that belongs to a larger one. */
export const actingDataIn = (db: Db, person: Person, nowMs: number): ActingData => {
  const { tenant } = person;
  return {
    person: holderIn(db, person),
    accounts: accountsIn(db, person),
    delegations: delegationsTo(db, tenant, person.id, nowMs).flatMap((delegation) => {
      const delegator = personIn(db, tenant, delegation.personId, nowMs);
      return delegator
        ? [
            {
              delegation,
              delegator: holderIn(db, delegator),
              delegatorAccounts: accountsIn(db, delegator),
              isAway: isAwayIn(db, tenant, delegator.id, nowMs),
            },
          ]
        : [];
    }),
  };
};

const holderIn = (db: Db, { tenant, id, status, roles, departments, skills }: Person): Holder => ({
  ...{ id, status, roles, departments, skills },
  limits: limitsIn(db, tenant, id, roles),
});
