import type { Department, Role } from '../people/organisation.ts';
import example from './organisation/example.json' with { type: 'json' };

/** A person of the example, as of the first day. */
export interface ExamplePerson {
  id: string;
  roles: string[];
  departments: string[];
  superior: string | null;
  /** The person's own limit, in each of the organisation's currencies; absent: that of their role. */
  authority?: number;
}

export interface ExampleOrganisation {
  roles: Role[];
  departments: Omit<Department, 'status'>[];
  /** Of the limits below: the same number of fen, cents and pence. */
  currencies: string[];
  /** The ladder: the highest amount that a role decides, in minor units; what is above goes to the next. */
  authority: { role: string; amount: number }[];
  people: ExamplePerson[];
}

/** An insurer as an example: a tree of departments with their heads, who reports to whom, and who may decide how much. */
export const exampleOrganisation: ExampleOrganisation = example;
