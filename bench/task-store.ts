import { groupKeysOf } from '../db/group-key.ts';
import { openStore, type Store } from '../db/open.ts';
import { publishDefinition } from '../db/own/definitions.ts';
import { type Person, putPerson } from '../db/own/people.ts';
import { project } from '../db/write/project.ts';
import { fillTasks } from '../test/support/fill-tasks.ts';
import { runLifecycle } from './kernel-rate.ts';
import { benchTenant, lifecycleCompileInput, lifecycleDocument } from './lifecycle.ts';

/** Somebody with a full desk: three roles in two departments, and tasks of one's own. */
export const worker: Person = {
  tenant: benchTenant,
  id: 'person-3',
  name: 'Bench Worker',
  status: 'active',
  roles: ['handler', 'role-1', 'role-2'],
  departments: ['dept-1', 'dept-2'],
  skills: [],
  authority: [],
};

export const workerGroupKeys = groupKeysOf(worker);

/** Commands that each of the whole cases has taken: its page has tasks, a deadline and a trail. */
const stepsTaken = 4;

/**
 * A store with `taskCount` open tasks, one per case, and a few whole cases made by the kernel, whose ids it returns.
 */
export const fillTaskStore = async (
  file: string,
  { taskCount, caseCount }: { taskCount: number; caseCount: number },
): Promise<{ store: Store; caseIds: string[] }> => {
  const store = await openStore({ file });
  fillTasks(store, { tenant: benchTenant, count: taskCount });
  const { definition: runtime, ref } = lifecycleCompileInput;
  const document = JSON.parse(JSON.stringify(lifecycleDocument));
  await publishDefinition(store, benchTenant, { ...ref, document, runtime });
  await putPerson(store, worker);

  const caseIds = Array.from({ length: caseCount }, (_, n) => `whole-${n}`);
  for (const caseId of caseIds) {
    for (const { state, entries, effects } of runLifecycle(caseId).slice(0, stepsTaken)) {
      await project(store, { tenant: benchTenant, caseId, state, entries, effects });
    }
  }
  return { store, caseIds };
};
