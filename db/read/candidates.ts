import { type SQL, sql } from 'drizzle-orm';
import type { Db, Store } from '../open.ts';
import { accountsIn } from '../own/acting.ts';
import { type Person, personIn } from '../own/people.ts';
import { isHiddenIn } from './out-of-sight.ts';

export interface CandidateQuery {
  tenant: string;
  /** Absent: whoever holds any. */
  role?: string;
  department?: string;
  /** All of them. */
  skills: string[];
  /** All of them. */
  licences?: string[];
  /** Any of them. */
  regions?: string[];
  notPersons: string[];
  /** Without who has no part in this case. */
  caseId?: string;
  /** Without who is away at this instant, and with what people hold at it. Epoch milliseconds; default now, and everybody. */
  nowMs?: number;
  /** Only this person, where they are one. */
  only?: string;
}

/** Who may get a task, and how much each has in hand. */
export interface Candidate {
  person: Person;
  openTasks: number;
  /** When the task that the person got last was opened; for taking turns. */
  lastOpenedAt: string | null;
}

/** By what the first candidates are found: the fewest open tasks, or the longest wait for one. */
export type CandidateOrder = 'load' | 'turn';

/** Where no more hold something that is asked for, they are sorted; else the index that is sorted already is walked. */
const sortedMax = 500;
/** Candidates that are read at first; nearly always they are enough. */
const firstMax = 50;

/** The active people who may do a task, by id, with their load. */
export const candidatesFor = (store: Store, query: CandidateQuery): Promise<Candidate[]> =>
  store.read((db) =>
    db.transaction(() =>
      firstCandidatesIn(db, query, { order: 'load', isEnough: () => false }).toSorted((a, b) =>
        a.person.id < b.person.id ? -1 : 1,
      ),
    ),
  );

/**
 * The first candidates in their order, the next asked for until there are enough: who gets a task is among the first
 * of ten thousand, and the others need not be read.
 *
 * @param isEnough is shown each candidate as it is found
 * @param isAble what else a candidate must be able to do
 */
export const firstCandidatesIn = (
  db: Db,
  query: CandidateQuery,
  {
    order,
    isEnough,
    isAble = () => true,
  }: {
    order: CandidateOrder;
    isEnough: (candidate: Candidate) => boolean;
    isAble?: (person: Person) => boolean;
  },
): Candidate[] => {
  const found: Candidate[] = [];
  const seen = new Set<string>();
  for (const limit of [firstMax, -1]) {
    const rows = rowsIn(db, query, order, limit);
    for (const { id, openTasks, lastOpenedAt } of rows) {
      const person = seen.has(id) ? undefined : personIn(db, query.tenant, id, query.nowMs);
      seen.add(id);
      if (!person || !isFree(db, person, query) || !isAble(person)) {
        continue;
      }
      const candidate = { person, openTasks, lastOpenedAt };
      found.push(candidate);
      if (isEnough(candidate)) {
        return found;
      }
    }
    if (rows.length < firstMax) {
      break;
    }
  }
  return found;
};

interface Row {
  id: string;
  openTasks: number;
  lastOpenedAt: string | null;
}

const rowsIn = (db: Db, query: CandidateQuery, order: CandidateOrder, limit: number): Row[] => {
  const { tenant, role, department, skills, licences = [], regions, nowMs = Date.now(), only } = query;
  const holds = (kind: string, names: SQL): SQL => sql`exists (
    select 1 from person_groups g where g.tenant = p.tenant and g.person_id = p.person_id and g.kind = ${kind}
    and g.name ${names} and ${isValid(nowMs)})`;
  const conditions = [
    sql`p.tenant = ${tenant} and p.status = 'active'`,
    ...(only === undefined ? [] : [sql`p.person_id = ${only}`]),
    ...(role === undefined ? [] : [holds('role', sql`= ${role}`)]),
    ...(department === undefined ? [] : [holds('department', sql`= ${department}`)]),
    ...skills.map((name) => holds('skill', sql`= ${name}`)),
    ...licences.map((name) => holds('licence', sql`= ${name}`)),
    ...(regions === undefined || regions.length === 0 ? [] : [holds('region', sql`in ${regions}`)]),
    ...(query.nowMs === undefined
      ? []
      : [
          sql`not exists (select 1 from absences a where a.tenant = p.tenant and a.person_id = p.person_id
            and a.status = 'active' and a.from_ms <= ${nowMs} and a.until_ms > ${nowMs})`,
        ]),
  ];
  const few = only === undefined ? fewIn(db, query) : undefined;
  const from =
    only !== undefined
      ? sql`people p`
      : few !== undefined
        ? sql`(select distinct person_id as holder from person_groups where ${few}) r
            cross join people p on p.tenant = ${tenant} and p.person_id = r.holder`
        : order === 'load'
          ? sql`people p indexed by people_load`
          : sql`people p indexed by people_turn`;
  const by =
    order === 'load' ? sql`p.open_tasks, p.last_task_at, p.person_id` : sql`p.last_task_at, p.person_id`;
  return db.all<Row>(sql`
    select p.person_id as id, p.open_tasks as openTasks, p.last_task_at as lastOpenedAt
    from ${from} where ${sql.join(conditions, sql` and `)} order by ${by} limit ${limit}`);
};

// Who has had something, or will have it, does not hold it now.
const isValid = (nowMs: number): SQL =>
  sql`(g.from_ms is null or g.from_ms <= ${nowMs}) and (g.until_ms is null or g.until_ms > ${nowMs})`;

/** Of what a candidate must hold, the first that only few do: they are read instead of everybody. */
const fewIn = (db: Db, { tenant, role, department, skills, licences = [], regions }: CandidateQuery) => {
  const of = (kind: string, names: readonly string[]): SQL =>
    sql`tenant = ${tenant} and kind = ${kind} and name in ${[...names]}`;
  return [
    ...(role === undefined ? [] : [of('role', [role])]),
    ...(department === undefined ? [] : [of('department', [department])]),
    ...skills.map((name) => of('skill', [name])),
    ...licences.map((name) => of('licence', [name])),
    ...(regions === undefined || regions.length === 0 ? [] : [of('region', regions)]),
  ].find((each) => {
    const counted = sql`select count(*) as n from (select 1 from person_groups where ${each} limit ${sortedMax + 1})`;
    return db.get<{ n: number }>(counted).n <= sortedMax;
  });
};

const isFree = (db: Db, person: Person, { notPersons, caseId }: CandidateQuery): boolean =>
  !isOneOf(db, person, notPersons) && (caseId === undefined || !isHiddenIn(db, person, caseId));

/** Whether any account of the same human being is among them. */
const isOneOf = (db: Db, person: Person, ids: string[]): boolean =>
  ids.length > 0 && [person.id, ...accountsIn(db, person)].some((id) => ids.includes(id));
