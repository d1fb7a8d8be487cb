import type { Db } from '../open.ts';
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
