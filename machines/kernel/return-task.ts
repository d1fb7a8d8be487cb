import type { TaskCommand } from './command.ts';
import type { Run } from './run.ts';
import type { Task } from './state.ts';
import { candidates } from './transition.ts';

/**
 * The outcome of a task that leads back to an earlier step, where the definition has one and the step has been done
 * in this case; undefined where there is none.
 */
export const outcomeBackTo = (run: Run, task: Task, toStep: TaskCommand['toStep']): string | undefined => {
  const node = run.compiled.tree.get(task.state)?.node;
  const wasDone = Object.values(run.state.tasks).some(
    ({ state, status }) => state === toStep && status === 'completed',
  );
  const leadsThere = ({ target }: { target?: string | string[] }): boolean =>
    [target ?? []].flat().some((each) => each.split(/[#.]/).at(-1) === toStep);
  return node && wasDone
    ? run.compiled.definition.tasks?.[task.state]?.outcomes.find((outcome) =>
        candidates(node, outcome).some(leadsThere),
      )
    : undefined;
};
