import { superiorsOf } from '../people/superiors-of.ts';
import type { Ladder } from './ladder.ts';

/** A person as the rules below see them, as of now. */
export interface Reachable {
  id: string;
  active: boolean;
  away: boolean;
  roles: string[];
  departments: string[];
  superior: string | null;
  /** Who does this person's work now: substitutes and delegates. */
  standIns: string[];
}

/** Who there is. */
export interface Directory {
  person: (id: string) => Reachable | undefined;
  /** Ids of those who hold a role now, in a department where one is named; in the order of their ids. */
  holders: (role: string, department?: string) => string[];
  department: (id: string) => { parent: string | null; head: string | null } | undefined;
}

/** What of a case decides whom its messages go to. */
export interface CaseParties {
  owner: string | null;
  /** Assignees of its open tasks. */
  assignees: string[];
  department: string | null;
  /** The role that cases of this kind belong to: while nobody works on one, its line of superiors is theirs. */
  ownerRole: string | null;
  /** Its open seats of a decision by several people: who has each, and the roles that decide above it, the nearest first. */
  seats?: { assignee: string | null; above: string[] }[];
  /** Who may have no part in it: the complained-of and the recused. Who reports to them is skipped as well. */
  excluded: string[];
  /** Whether a case is out of somebody’s sight for what the store knows of it; default: of nobody’s. */
  isHidden?: (personId: string) => boolean;
}

/** Somebody to tell, and as what: the role or place in the case that the rung named. */
export interface Recipient {
  personId: string;
  as: string;
}

const departmentsMax = 50;

/**
 * The persons that a rung tells, each once, in the order in which it names them. An absent one's work is told to who
 * does it, else to the nearest superior; nobody at all becomes the ladder's last resort, so that it is never nowhere.
 */
export const recipientsOf = (
  tell: readonly string[],
  parties: CaseParties,
  directory: Directory,
  { line, lastResort, recipientsMax }: Pick<Ladder, 'line' | 'lastResort' | 'recipientsMax'>,
): Recipient[] => {
  const isHidden = parties.isHidden ?? (() => false);
  const mayKnow = (id: string): boolean => !isHidden(id) && isFree(id, parties.excluded, directory);
  const found = new Map<string, Recipient>();
  const add = (ids: readonly string[], as: string, may: (id: string) => boolean): void => {
    for (const id of ids) {
      const present = presentFor(id, directory, may);
      if (present !== undefined && !found.has(present) && found.size < recipientsMax) {
        found.set(present, { personId: present, as });
      }
    }
  };
  for (const target of tell) {
    if (target.startsWith(thatPerson)) {
      const id = target.slice(thatPerson.length);
      if (directory.person(id)?.active === true && mayKnow(id)) {
        found.set(id, { personId: id, as: target });
      }
    } else {
      add(named(target, parties, directory, line, mayKnow), target, mayKnow);
    }
  }
  if (tell.every((target) => target.startsWith(thatPerson))) {
    return [...found.values()];
  }
  // Who reports to an excluded person is better than nobody; the excluded themselves never are.
  const mayAtLast = (id: string): boolean => !isHidden(id) && !parties.excluded.includes(id);
  for (const may of [mayKnow, mayAtLast]) {
    for (const role of lastResort) {
      if (found.size === 0) {
        add(directory.holders(role), role, may);
      }
    }
  }
  return [...found.values()];
};

/** Before a person's id: that person, whatever their role, or who does their work now. */
const onePerson = 'person:';
/** Before a person's id: that person alone, away or not, and nobody instead. */
const thatPerson = 'self:';

const named = (
  target: string,
  parties: CaseParties,
  directory: Directory,
  line: readonly string[],
  mayKnow: (id: string) => boolean,
): string[] => {
  const { owner, assignees, department, ownerRole } = parties;
  const workers = owner === null ? assignees : [owner];
  // While nobody works on it, the line begins with whom it belongs to.
  const start = workers.length > 0 || ownerRole === null ? [] : directory.holders(ownerRole).slice(0, 1);
  if (target.startsWith(onePerson)) {
    return [target.slice(onePerson.length)].filter(mayKnow);
  }
  switch (target) {
    case 'owner':
      return workers;
    case 'assignee':
      return assignees.length > 0 ? assignees : workers;
    case 'superior':
      return superiorsAt(
        parties.seats ?? workers.map((assignee) => ({ assignee, above: [] })),
        directory,
        mayKnow,
      );
    case 'department-head':
      return headsAbove(department, [...workers, ...start], directory, mayKnow).slice(0, 1);
    default: {
      const above = [...start, ...[...start, ...workers].flatMap((id) => aboveOf(id, directory))].filter(
        mayKnow,
      );
      const holding = above.find((id) => directory.person(id)?.roles.includes(target));
      if (holding !== undefined) {
        return [holding];
      }
      const inDepartment = department === null ? [] : directory.holders(target, department).filter(mayKnow);
      if (inDepartment.length > 0) {
        return inDepartment;
      }
      return line.includes(target) && above.length > 0
        ? above.slice(0, 1)
        : directory.holders(target).filter(mayKnow);
    }
  }
};

const aboveOf = (id: string, { person, department }: Directory): string[] =>
  superiorsOf(id, { person, department });

/**
 * The nearest present superior of whoever has each place, or who does that one's work; where there is none, who decides on
 * the next rung above it. Never somebody below: the head of a department may report to one of its people.
 */
const superiorsAt = (
  places: NonNullable<CaseParties['seats']>,
  directory: Directory,
  mayKnow: (id: string) => boolean,
): string[] =>
  places.flatMap(({ assignee, above }) => {
    const isOther = (id: string): boolean => id !== assignee && mayKnow(id);
    const isAbove = (id: string): boolean =>
      isOther(id) && !(assignee !== null && reportsTo(id, directory).includes(assignee));
    const superior = (assignee === null ? [] : aboveOf(assignee, directory))
      .filter(isAbove)
      .flatMap((id) => [id, ...(directory.person(id)?.standIns ?? [])])
      .find((id) => isAbove(id) && isThere(id, directory));
    return superior === undefined
      ? (above.map((role) => directory.holders(role).filter(isOther)).find(({ length }) => length > 0) ?? [])
      : [superior];
  });

/** The heads of the case's department and those above it; where it has none, of whoever works on it. */
const headsAbove = (
  department: string | null,
  workers: readonly string[],
  directory: Directory,
  mayKnow: (id: string) => boolean,
): string[] => {
  const starts =
    department === null ? workers.flatMap((id) => directory.person(id)?.departments ?? []) : [department];
  const heads: string[] = [];
  for (const start of starts) {
    let at: string | null = start;
    for (let steps = 0; at !== null && steps < departmentsMax; steps += 1) {
      const here = directory.department(at);
      if (here?.head != null && mayKnow(here.head)) {
        heads.push(here.head);
      }
      at = here?.parent ?? null;
    }
  }
  return heads;
};

/** The person, or who does their work now, or the nearest present superior. */
const presentFor = (id: string, directory: Directory, may: (id: string) => boolean): string | undefined => {
  const isPresent = (each: string): boolean => isThere(each, directory) && may(each);
  const candidates = [id, ...(directory.person(id)?.standIns ?? []), ...aboveOf(id, directory)];
  const present = candidates.find(isPresent);
  // All of them away: better somebody who reads it later than nobody.
  return present ?? candidates.find((each) => directory.person(each)?.active === true && may(each));
};

const isThere = (id: string, { person }: Directory): boolean => {
  const found = person(id);
  return found?.active === true && !found.away;
};

/** Neither excluded nor below somebody who is. */
const isFree = (id: string, excluded: readonly string[], directory: Directory): boolean =>
  excluded.length === 0 ||
  (!excluded.includes(id) && !reportsTo(id, directory).some((above) => excluded.includes(above)));

/** Whom a person reports to along the line of superiors, whoever heads their departments. */
const reportsTo = (id: string, { person }: Directory): string[] =>
  superiorsOf(id, {
    person: (each) => {
      const found = person(each);
      return found && { superior: found.superior, departments: [] };
    },
    department: () => undefined,
  });
