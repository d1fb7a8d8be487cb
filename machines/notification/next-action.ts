/** The one thing that a message asks for. */
export type ActionKind = 'do-task' | 'decide-approval' | 'assign-task' | 'decide-deadline' | 'open-case';

export interface NextAction {
  kind: ActionKind;
  /** Where it is done, below the address of the web application. */
  path: string;
}

export interface ActionCase {
  caseId: string;
  /** Open tasks, the oldest first. */
  openTasks: { taskId: string; assignee: string | null; isSeat?: boolean }[];
}

/** The next action of a person in a case: their own task, else what they must decide, else a look at it. */
export const nextAction = (
  personId: string,
  { caseId, openTasks }: ActionCase,
  { deadline, mustAct }: { deadline: string | null; mustAct: boolean },
): NextAction => {
  const own = openTasks.find(({ assignee }) => assignee === personId);
  if (own?.isSeat) {
    return { kind: 'decide-approval', path: `/approvals/${encodeURIComponent(caseId)}` };
  }
  if (own) {
    return { kind: 'do-task', path: `/tasks/${encodeURIComponent(own.taskId)}` };
  }
  const unclaimed = openTasks.find(({ assignee }) => assignee === null);
  if (mustAct && unclaimed) {
    return { kind: 'assign-task', path: `/tasks/${encodeURIComponent(unclaimed.taskId)}` };
  }
  const path = `/cases/${encodeURIComponent(caseId)}`;
  return mustAct && deadline !== null
    ? { kind: 'decide-deadline', path: `${path}?deadline=${encodeURIComponent(deadline)}` }
    : { kind: 'open-case', path };
};
