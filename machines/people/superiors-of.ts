import type { Department } from './organisation.ts';

/** Whom a person reports to, and where they work, as of now. */
export interface Placed {
  superior: string | null;
  departments: string[];
}

export interface Hierarchy {
  person: (id: string) => Placed | undefined;
  department: (id: string) => Pick<Department, 'parent' | 'head'> | undefined;
}

const stepsMax = 50;

/**
 * Everybody above a person, the nearest first and each once: their superior and whoever that one reports to, then the
 * heads of their departments and of those above.
 */
export const superiorsOf = (personId: string, { person, department }: Hierarchy): string[] => {
  const found = new Set<string>();
  let at = person(personId)?.superior ?? null;
  for (let steps = 0; at !== null && steps < stepsMax && !found.has(at); steps += 1) {
    found.add(at);
    at = person(at)?.superior ?? null;
  }
  for (const own of person(personId)?.departments ?? []) {
    let up: string | null = own;
    for (let steps = 0; up !== null && steps < stepsMax; steps += 1) {
      const here = department(up);
      if (here && here.head !== null) {
        found.add(here.head);
      }
      up = here?.parent ?? null;
    }
  }
  found.delete(personId);
  return [...found];
};
