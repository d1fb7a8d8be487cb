import type { Db } from '../db/open.ts';
import { departmentIn } from '../db/own/departments.ts';
import type { Person } from '../db/own/people.ts';
import { type CandidateQuery, firstCandidatesIn } from '../db/read/candidates.ts';
import { policyOfCaseIn } from '../db/read/policy-of-case.ts';
import type { Policy } from '../machines/kernel/policy/table.ts';
import { rolesFor } from '../machines/kernel/policy.ts';
import type { Present } from './wanted.ts';

/** Departments that are gone up through. */
const departmentsMax = 50;

/**
 * Whom a task goes to that nobody can do: a lead of its department, its head, then its managers, then those of the
 * department above; without one, anybody who leads. Those who are away only where nobody else is left.
 */
export const findLead = (db: Db, present: Present, department: string | undefined): Person | undefined => {
  const policy = policyOfCaseIn(db, present);
  const [first, ...others] = rolesFor(policy, 'task.reassign');
  const { nowMs: _, ...everybody } = present;
  for (const among of [present, everybody]) {
    const least = (query: Partial<CandidateQuery>): Person | undefined =>
      firstCandidatesIn(
        db,
        { ...among, skills: [], ...query },
        { order: 'load', isEnough: () => true, isAble: leads(policy) },
      ).at(0)?.person;
    const inRole = (role: string | undefined, place: Partial<CandidateQuery>): Person | undefined =>
      role === undefined ? undefined : least({ role, ...place });
    let at = department ?? null;
    for (let steps = 0; at !== null && steps < departmentsMax; steps += 1) {
      const here = departmentIn(db, present.tenant, at);
      const place = { department: at };
      const head = here?.head ?? null;
      const found =
        inRole(first, place) ??
        (head === null ? undefined : least({ only: head })) ??
        others.map((role) => inRole(role, place)).find((person) => person !== undefined);
      if (found) {
        return found;
      }
      at = here?.parent ?? null;
    }
    const anywhere = [first, ...others]
      .map((role) => inRole(role, {}))
      .find((person) => person !== undefined);
    if (anywhere) {
      return anywhere;
    }
  }
  return undefined;
};

/** Whether somebody may hand the tasks of others on. */
export const leads = (policy: Policy): ((person: Person) => boolean) => {
  const leading = rolesFor(policy, 'task.reassign');
  return ({ roles }) => leading.some((lead) => roles.includes(lead));
};
