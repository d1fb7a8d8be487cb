import type { Title } from '../kernel/definition.ts';
import type { ActionKind } from './next-action.ts';

/** What a message calls its one next action. */
export const actionWords: { readonly [kind in ActionKind]: Title } = {
  'do-task': { zh: '处理您的任务', en: 'Do your task' },
  'decide-approval': { zh: '查看并审批', en: 'Read and decide' },
  'assign-task': { zh: '分派任务', en: 'Assign the task' },
  'decide-deadline': { zh: '决定如何按时完成', en: 'Decide how the date is kept' },
  'open-case': { zh: '查看案件', en: 'Look at the case' },
};
