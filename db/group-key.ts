/**
 * The key of those who may do a task: the role, narrowed to a department where the task names one. Work that a
 * person added is for a whole department, or for one person alone, and names no role. A task has one key; an actor
 * holds several.
 */
export const groupKey = (role: string, department?: string | null): string =>
  role === '' ? `dept:${department ?? ''}` : department ? `role:${role}/dept:${department}` : `role:${role}`;

/** All keys an actor holds: each role alone, and in each of the actor's departments, and each of these alone. */
export const groupKeysOf = (actor: { roles: string[]; departments?: string[] }): string[] =>
  ['', ...actor.roles].flatMap((role) => [
    ...(role === '' ? [] : [groupKey(role)]),
    ...(actor.departments ?? []).map((department) => groupKey(role, department)),
  ]);
