import { type Hierarchy, superiorsOf } from './superiors-of.ts';

/** The nearest person above both; one of the two where the other reports to them. Null where the lines never meet. */
export const lowestCommonSuperior = (left: string, right: string, hierarchy: Hierarchy): string | null => {
  const above = [right, ...superiorsOf(right, hierarchy)];
  return [left, ...superiorsOf(left, hierarchy)].find((id) => above.includes(id)) ?? null;
};
