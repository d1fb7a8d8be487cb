import { join } from 'node:path';
import { seedEmbedded, embeddedTenant as tenant } from '../api/seed.ts';
import { openStore } from '../db/open.ts';
import { type Person, putPerson } from '../db/own/people.ts';
import { project } from '../db/write/project.ts';
import { fillSearch } from '../test/support/fill-search.ts';
import { fillTasks } from '../test/support/fill-tasks.ts';
import { runLifecycle } from './kernel-rate.ts';
import { lifecycleCompileInput } from './lifecycle.ts';
import { addOrganisation } from './organisation.ts';
import { publishLifecycle } from './product.ts';

/** Somebody with a full desk: tasks of one's own, three roles, two departments. */
export const busyPerson: Person = {
  tenant,
  id: 'person-3',
  name: 'Somebody with a full desk',
  status: 'active',
  // `lead` may see all cases; the other roles are those of the generated tasks.
  roles: ['handler', 'lead', 'role-1', 'role-2'],
  departments: ['dept-1', 'dept-2'],
  skills: [],
  authority: [],
};

/** Commands that each of the whole cases has taken: its page has tasks, a deadline and a trail. */
const stepsTaken = 4;

const organisation = { people: 10_000, departments: 1_000 };

/**
 * Makes a store in `home` with 10,000 people in 1,000 departments, `taskCount` open tasks, one per case, and a few whole cases made by the kernel.
 *
 * @param textOf what the n-th case is found by; without it these cases are not in the full-text index
 * @returns the ids of the whole cases
 */
export const fillTaskStore = async (
  home: string,
  { taskCount, caseCount, textOf }: { taskCount: number; caseCount: number; textOf?: (n: number) => string },
): Promise<string[]> => {
  const store = await openStore({ file: join(home, 'caseloom.db') });
  try {
    await seedEmbedded(store);
    await addOrganisation(store, tenant, organisation);
    fillTasks(store, {
      ...{ tenant, count: taskCount, departments: organisation.departments },
      // A list of cases asks each one's definition what it may show.
      definitionHash: lifecycleCompileInput.ref.hash,
    });
    if (textOf !== undefined) fillSearch(store, { tenant, count: taskCount, textOf });
    await publishLifecycle(store, tenant);
    await putPerson(store, busyPerson);
    const caseIds = Array.from({ length: caseCount }, (_, n) => `whole-${n}`);
    for (const caseId of caseIds) {
      for (const { state, entries, effects } of runLifecycle(caseId, tenant).slice(0, stepsTaken)) {
        await project(store, { tenant, caseId, state, entries, effects });
      }
    }
    return caseIds;
  } finally {
    await store.close();
  }
};
