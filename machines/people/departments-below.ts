import type { Department } from './organisation.ts';

/** Those departments that lie in one of these, they themselves included: the whole tree below. */
export const departmentsBelow = (
  ids: readonly string[],
  departments: readonly Pick<Department, 'id' | 'parent'>[],
): string[] => {
  const found = new Set(ids);
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { id, parent } of departments) {
      if (parent !== null && found.has(parent)) found.add(id);
    }
  }
  return [...found];
};
