import type { CaseState } from '../state.ts';
import { isAmong, type Right } from './rights.ts';
import type { Scope } from './table.ts';

/** How near a case is to who acts by this right. */
export const nearTo = (state: Pick<CaseState, 'owner' | 'tasks'>, right: Right): Scope[] => {
  const open = Object.values(state.tasks).filter(({ status }) => status === 'open');
  const isOwn = state.owner !== null && isAmong(right, [state.owner]);
  const isAssigned = open.some(({ assignee }) => assignee !== null && isAmong(right, [assignee]));
  const inDepartment = open.some(
    ({ department }) => department !== undefined && right.departments.includes(department),
  );
  const inTeam = open.some(
    ({ role, department }) =>
      right.roles.includes(role) && (department === undefined || right.departments.includes(department)),
  );
  return [
    ...(isOwn ? (['own'] as const) : []),
    ...(isAssigned ? (['assigned'] as const) : []),
    ...(inTeam ? (['team'] as const) : []),
    ...(inDepartment ? (['department'] as const) : []),
  ];
};
