import type { DeadlineDefinition, Title } from '../kernel/definition.ts';
import { parseDuration } from '../kernel/duration.ts';
import type { JsonObject } from '../kernel/json.ts';
import { type JsonSchema, type SchemaProblem, validate } from '../kernel/json-schema.ts';
import schema from './plan.v1.json' with { type: 'json' };

/** What changes while a company works in surge mode (应急预案): data, checked against `plan.v1.json`. */
export interface SurgePlan {
  id: string;
  version: string;
  title: Title;
  /** Whose local time the roster's hours are. */
  calendar: string;
  /** It is switched on for no longer at once. */
  hoursMax: number;
  /** Lengths of company promises that start meanwhile. What law or regulator ask never changes. */
  promises: {
    kinds: string[];
    deadline: string;
    limit: string;
    count: DeadlineDefinition['count'];
  }[];
  /** Who gets the tasks of a role first, between these local times `HH:MM`; `from` after `to` runs through midnight. */
  roster: { role: string; skill?: string; department?: string; from: string; to: string }[];
  /** What messages to people do differently. */
  notify: {
    /** Whether days that do not work are quiet as a whole. */
    nonWorkingDays?: boolean;
    /** Further deadlines whose messages break quiet hours. */
    urgent?: string[];
    /** ISO 8601 length in hours or minutes between two messages to one person about one case. */
    apart?: string;
  };
  /** When it is switched on without anybody asking, where the company wants that. */
  rule?: {
    /** Kind of cases whose openings are counted. */
    kind: string;
    /** So many times the usual number. */
    times: number;
    windowMinutes: number;
    /** What is usual is the mean of so many days before. */
    usualDays: number;
    /** And at least so many. */
    openingsMin: number;
    /** For how long. */
    hours: number;
  };
}

/** What is wrong with a plan; nothing where it may be used. */
export const surgePlanProblems = (value: unknown): SchemaProblem[] => {
  const problems = validate(schema as JsonSchema, value, schema as JsonSchema, { personal: 'clear' });
  if (problems.length > 0) {
    return problems;
  }
  const { promises, roster, rule, hoursMax } = value as SurgePlan;
  return [
    ...promises.flatMap(({ limit, count }, index) =>
      fits(limit, count)
        ? []
        : [{ pointer: `/promises/${index}/limit`, message: `is no length that counts in ${count}` }],
    ),
    ...roster.flatMap(({ skill, department, from, to }, index) => [
      ...(skill === undefined && department === undefined
        ? [{ pointer: `/roster/${index}`, message: 'names neither a skill nor a department' }]
        : []),
      ...(from === to ? [{ pointer: `/roster/${index}/to`, message: 'is when it begins' }] : []),
    ]),
    ...(rule !== undefined && rule.hours > hoursMax
      ? [{ pointer: '/rule/hours', message: 'is longer than the plan may be on' }]
      : []),
  ];
};

/** Days are counted in days; hours and minutes in time. */
const fits = (limit: string, count: DeadlineDefinition['count']): boolean =>
  parseDuration(limit) !== undefined &&
  limit.startsWith('PT') === (count === 'elapsed' || count === 'business-hours');

/** What a command says of it: which promises have which length now, by the deadline's name. */
export interface SurgeFact {
  /** `id@version` */
  plan: string;
  /** RFC 3339 UTC, the first instant it is off. */
  until: string;
  promises: { [deadline: string]: { limit: string; count: string } };
}

/** What commands to cases of a kind carry; undefined where the plan promises nothing in them. */
export const surgeFact = (
  { id, version, promises }: SurgePlan,
  kind: string,
  until: string,
): (SurgeFact & JsonObject) | undefined => {
  const own = promises.filter(({ kinds }) => kinds.includes(kind));
  return own.length === 0
    ? undefined
    : {
        ...{ plan: `${id}@${version}`, until },
        promises: Object.fromEntries(own.map(({ deadline, limit, count }) => [deadline, { limit, count }])),
      };
};

/** Whether the openings of the window just past call for it. */
export const callsForSurge = (
  { times, openingsMin }: NonNullable<SurgePlan['rule']>,
  { openings, usual }: SurgeFigures,
): boolean => openings >= openingsMin && openings >= times * usual;

/** Openings within the window, and how many are usual in as long. */
export interface SurgeFigures {
  openings: number;
  usual: number;
}
