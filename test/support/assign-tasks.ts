import { createAssignTask } from '../../activities/assign-task.ts';
import { embeddedTenant as tenant } from '../../api/embedded-tenant.ts';
import type { Store } from '../../db/open.ts';
import { systemFacts } from '../../machines/kernel/advance.ts';
import type { InProcessCases } from './in-process-cases.ts';

/** Gives each task that cases in this process have opened since to whom its definition means, as the engine does. */
export const assignTasks = async ({
  store,
  cases,
  now,
}: {
  store: Store;
  cases: InProcessCases;
  now: () => number;
}): Promise<void> => {
  const assign = createAssignTask(store, now);
  for (const effect of cases.left) {
    if (effect.type !== 'assignTask') continue;
    const { type: _, id, ...request } = effect;
    // A task's id begins with its case's.
    const [caseId = ''] = effect.taskId.split('.');
    const to = await assign({ ...request, tenant, caseId, effectId: id });
    if (to === null) continue;
    await cases.send(
      { tenant, caseId },
      { id: `${id}.assigned`, type: 'task', taskId: effect.taskId, verb: 'assign', to, facts: systemFacts },
      { deadlineMs: Date.now() + 10_000 },
    );
  }
};
