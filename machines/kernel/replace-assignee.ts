import type { Actor } from './command.ts';
import { nextId, type Run } from './run.ts';
import type { Task } from './state.ts';
import { putTask } from './tasks.ts';

/** What the two are told, as templates name it. */
export const takenOver = 'task.taken-over';
export const handedOver = 'task.handed-over';

/**
 * The engine gives an open task to somebody else, because whoever had it cannot do it now. Work that was lent is then
 * lent no more. Both are told: the one who had it in person, though they are away.
 */
export const replaceAssignee = (
  run: Run,
  taskId: string,
  { delegation: _, ...task }: Task,
  to: Actor,
): undefined => {
  putTask(run, taskId, { ...task, assignee: to.id });
  if (run.state.mode === 'historical') {
    return;
  }
  if (task.assignee !== null) {
    tell(run, takenOver, `self:${task.assignee}`);
  }
  tell(run, handedOver, `person:${to.id}`);
};

const tell = (run: Run, template: string, role: string): void => {
  run.effects.push({ type: 'deliver', id: nextId(run), template, to: { roles: [role] }, data: null });
};
