import type { Store } from '../db/open.ts';
import type { Person } from '../db/own/people.ts';
import { policyIn } from '../db/own/policies.ts';
import type { Policy } from '../machines/kernel/policy/table.ts';

/** A person who asks something of this API, with the table of their company that says what they may see. */
export interface Reader extends Person {
  policy: Policy;
}

/** Both are read anew for each request, so what was taken away is gone from the next one on. */
export const readerOf = (store: Store, person: Person): Promise<Reader> =>
  store.read((db) => ({ ...person, policy: policyIn(db, person.tenant) }));
