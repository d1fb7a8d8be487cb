import { own } from '../own.ts';
import type { CaseState } from '../state.ts';
import { isAmong, type Right } from './rights.ts';
import type { Policy, Scope } from './table.ts';

const nearestFirst: readonly Scope[] = ['own', 'assigned', 'team', 'department', 'all'];

/** Whether one of these is as near as is asked; whoever is nearer is near enough. */
export const isNearEnough = (asked: Scope, near: readonly Scope[]): boolean =>
  asked === 'all' || near.some((each) => nearestFirst.indexOf(each) <= nearestFirst.indexOf(asked));

/** How far the holder of these roles may reach by an act that lists are asked by; undefined where not at all. */
export const scopeOf = (policy: Policy, roles: readonly string[], act: string): Scope | undefined => {
  const by = policy.acts[act]?.by;
  const scopes = roles.map((role) => own(by, role));
  return nearestFirst.findLast((scope) => scopes.includes(scope));
};

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
