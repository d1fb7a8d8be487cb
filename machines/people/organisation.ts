import type { Money } from '../kernel/json.ts';
import type { Period } from './period.ts';

/** What a person holds for a time: a licence is a skill that somebody outside the company grants. */
export interface Membership extends Period {
  kind: 'role' | 'department' | 'skill' | 'licence' | 'region';
  name: string;
}

/** A person with all that holds at some time. Staff's names are people data: they stay out of the log. */
export interface PersonRecord {
  id: string;
  name: string;
  status: 'active' | 'disabled';
  /** The human being whose account this is, where one has several; null: only this one. */
  humanId: string | null;
  /** Whom the person reports to. */
  superior: string | null;
  /** Working hours: id of a published calendar; null: those of the case. */
  calendar: string | null;
  memberships: Membership[];
}

export interface Role {
  id: string;
  title: { zh: string; en: string };
}

/** One of a tree of departments. */
export interface Department {
  id: string;
  title: { zh: string; en: string };
  /** Null: at the top. */
  parent: string | null;
  /** The person who leads it. */
  head: string | null;
  status: 'active' | 'closed';
}

/** The highest amount, in minor units, that a person or the holders of a role may decide. */
export interface AuthorityLimit extends Period {
  holder: { kind: 'role' | 'person'; id: string };
  /** Null: every kind of case without a limit of its own. */
  caseKind: string | null;
  currency: string;
  amount: number;
}

export const absenceReasons = ['leave', 'sick', 'training', 'travel', 'other'] as const;

/** A time in which somebody is away; `untilMs` is the first instant they are back. */
export interface Absence {
  id: string;
  personId: string;
  reason: (typeof absenceReasons)[number];
  fromMs: number;
  untilMs: number;
  status: 'active' | 'cancelled';
}

/**
 * One person does another's work: by delegation (委派) for a time, or as a substitute (代理) while the other is away. Null
 * in the scope: as far as the person's own rights go, never further.
 */
export interface Delegation {
  id: string;
  kind: 'delegation' | 'substitution';
  /** Whose work it is. */
  personId: string;
  /** Who does it. */
  delegateId: string;
  fromMs: number;
  /** Null, for a substitution only: until it is revoked. */
  untilMs: number | null;
  roles: string[] | null;
  caseKinds: string[] | null;
  limits: Money[] | null;
  status: 'active' | 'revoked';
}

/** The names of one kind that a person holds at an instant, sorted as they are stored. */
export const namesHeld = (
  memberships: Membership[],
  kind: Membership['kind'],
  holds: (membership: Membership) => boolean,
): string[] =>
  memberships.filter((membership) => membership.kind === kind && holds(membership)).map(({ name }) => name);
