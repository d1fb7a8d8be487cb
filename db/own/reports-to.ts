import { and, eq, inArray } from 'drizzle-orm';
import type { Db } from '../open.ts';
import { people } from '../schema/index.ts';
import { departmentIn } from './departments.ts';
import type { Person } from './people.ts';

/** Whom a person reports to directly: their superior, and the heads of their departments. */
export const directSuperiorsIn = (
  db: Db,
  { tenant, id, superior, departments }: Pick<Person, 'tenant' | 'id' | 'superior' | 'departments'>,
): string[] => {
  const heads = departments.map((each) => departmentIn(db, tenant, each)?.head ?? null);
  const found = [superior ?? null, ...heads].filter((each) => each !== null);
  return [...new Set(found)].filter((each) => each !== id);
};

/** Whose superior one of these is. */
export const peopleUnderIn = (db: Db, tenant: string, superiors: readonly string[]): string[] =>
  db
    .select({ id: people.personId })
    .from(people)
    .where(and(eq(people.tenant, tenant), inArray(people.superiorId, [...superiors])))
    .all()
    .map(({ id }) => id);
