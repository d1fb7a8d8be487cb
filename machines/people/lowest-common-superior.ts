import { type Hierarchy, superiorsOf } from './superiors-of.ts';

/**
 * The nearest person above both of whom `may` holds; one of the two where the other reports to them. Null where the lines
 * never meet in such a person.
 */
export const lowestCommonSuperior = (
  left: string,
  right: string,
  hierarchy: Hierarchy,
  may: (id: string) => boolean = () => true,
): string | null => {
  const above = [right, ...superiorsOf(right, hierarchy)];
  return [left, ...superiorsOf(left, hierarchy)].find((id) => above.includes(id) && may(id)) ?? null;
};
