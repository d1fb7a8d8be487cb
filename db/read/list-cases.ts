import { and, desc, eq, gte, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { personFacet, stateFacet } from '../case-facets.ts';
import type { Db, Store } from '../open.ts';
import { caseFacets, cases, tasks } from '../schema/index.ts';
import { type CursorKey, decodeCursor, encodeCursor, type Page, pageOf, pageSize } from './cursor.ts';
import { givenIds, isGiven } from './given-ids.ts';
import { type HiddenState, inVisibleState, notHiding } from './hidden-states.ts';
import { amongNear, inSight, type Sight } from './sight.ts';
import { startsWith } from './task-filter.ts';

export type CaseSort = 'opened' | 'due';

export interface CaseQuery {
  tenant: string;
  kind?: string;
  /** Id of the definition, or `id@version`. */
  definition?: string;
  /** Id of a state that is active. */
  state?: string;
  /** Any of these. `incident`: an incident is open. */
  status?: ('open' | 'closed' | 'incident')[];
  /** Has an open task with this person, or this person is its owner. */
  assignee?: string;
  department?: string;
  breached?: boolean;
  /** RFC 3339. */
  openedFrom?: string;
  /** The beginning of a case number. */
  q?: string;
  /** Of these only; what the vault's exact search found. */
  caseIds?: string[];
  /** Only of cases that the reader may see. */
  sight?: Sight;
  /** What the reader may not know of: no case is found by such a state, or by a task of it. */
  hiddenStates?: HiddenState[];
  /** Default `opened`, the newest first. `due`: the tightest first. A search by `q` is in the order of numbers. */
  sort?: CaseSort;
  limit?: number;
  cursor?: string;
}

/** What a list shows of a case; the whole of it is read by `getCase`. */
export const caseColumns = {
  tenant: cases.tenant,
  caseId: cases.caseId,
  number: cases.number,
  kind: cases.kind,
  definitionId: cases.definitionId,
  definitionVersion: cases.definitionVersion,
  definitionHash: cases.definitionHash,
  profile: cases.profile,
  mode: cases.mode,
  status: cases.status,
  states: cases.states,
  lastSeq: cases.lastSeq,
  rev: cases.rev,
  owner: cases.owner,
  department: cases.department,
  receivedAt: cases.receivedAt,
  openedAt: cases.openedAt,
  updatedAt: cases.updatedAt,
  closedAt: cases.closedAt,
  dueAt: cases.dueAt,
  dueSort: cases.dueSort,
  breached: cases.breached,
  incident: cases.incident,
};

const select = (db: Db) => db.select(caseColumns).from(cases);
export type CaseListRow = NonNullable<ReturnType<ReturnType<typeof select>['get']>>;

/** The columns by which a table names a case. */
interface CaseRef {
  tenant: SQLiteColumn;
  caseId: SQLiteColumn;
}

const statusCondition = (status: 'open' | 'closed' | 'incident'): SQL =>
  status === 'incident' ? sql`${cases.incident} > 0` : eq(cases.status, status);

const conditionsOf = (query: CaseQuery, name: CaseSort | 'number'): (SQL | undefined)[] => {
  const { kind, definition, status, department, breached, openedFrom, q } = query;
  const [definitionId, version] = definition?.split('@') ?? [];
  return [
    eq(cases.tenant, query.tenant),
    kind === undefined ? undefined : eq(cases.kind, kind),
    definitionId === undefined ? undefined : eq(cases.definitionId, definitionId),
    version === undefined ? undefined : eq(cases.definitionVersion, version),
    status === undefined || status.length === 0
      ? undefined
      : sql`(${sql.join(status.map(statusCondition), sql` or `)})`,
    department === undefined ? undefined : eq(cases.department, department),
    breached === undefined ? undefined : breached ? sql`${cases.breached} > 0` : eq(cases.breached, 0),
    openedFrom === undefined ? undefined : openedSince(openedFrom, name),
    q === undefined ? undefined : startsWith(cases.number, q),
    inSight(query.sight, cases),
    notHiding(query.hiddenStates, query.state, cases.definitionHash),
    heldVisibly(query),
  ];
};

/** A person holds a case by what the reader may know of, where some of its tasks are not for the reader. */
const heldVisibly = ({ assignee, hiddenStates }: CaseQuery): SQL | undefined => {
  const visible = assignee === undefined ? undefined : inVisibleState(hiddenStates, tasks);
  return visible === undefined
    ? undefined
    : sql`(+${cases.owner} = ${assignee} or exists (select 1 from ${tasks} where ${tasks.tenant} = ${cases.tenant} and ${tasks.caseId} = ${cases.caseId} and ${tasks.status} = 'open' and +${tasks.assignee} = ${assignee} and ${visible}))`;
};

/** The plus sign keeps the index by opening out of a list in another order. */
const openedSince = (from: string, name: CaseSort | 'number'): SQL =>
  name === 'opened' ? gte(cases.openedAt, from) : sql`+${cases.openedAt} >= ${from}`;

const orderOf = (query: CaseQuery) => (query.q === undefined ? (query.sort ?? 'opened') : 'number');

/** True where the case has this facet; for rows that another index finds. */
const hasFacet = (facet: string, found: CaseRef): SQL =>
  sql`exists (select 1 from ${caseFacets} where ${caseFacets.tenant} = ${found.tenant} and ${caseFacets.caseId} = ${found.caseId} and ${caseFacets.facet} = ${facet})`;

export const facetsOf = ({ assignee, state }: CaseQuery): string[] => [
  ...(assignee === undefined ? [] : [personFacet(assignee)]),
  ...(state === undefined ? [] : [stateFacet(state)]),
];

/**
 * What a query asks of cases that something else has found.
 * @param found where it names them; by their facets they are told apart before they are read
 */
export const conditionsAmong = (query: CaseQuery, found: CaseRef): (SQL | undefined)[] => [
  ...facetsOf(query).map((facet) => hasFacet(facet, found)),
  ...conditionsOf(query, 'number'),
];

/** The query of one page and one row more. */
export const casesQuery = (db: Db, query: CaseQuery) => {
  const name = orderOf(query);
  const facets = facetsOf(query);
  const given = query.caseIds;
  // By person or state, the list walks the index of facets; otherwise an index of the cases themselves, or those given.
  const walked = name === 'number' || given !== undefined ? undefined : facets.shift();
  const from = walked === undefined ? cases : caseFacets;
  const sortColumn = name === 'number' ? cases.number : name === 'due' ? from.dueSort : from.openedAt;
  const conditions = [...conditionsOf(query, name), ...facets.map((facet) => hasFacet(facet, cases))];
  if (query.cursor !== undefined) {
    const [key, caseId] = decodeCursor(`cases/${name}`, query.cursor, ['', '']);
    const compare = name === 'opened' ? sql`<` : sql`>`;
    conditions.push(sql`(${sortColumn}, ${from.caseId}) ${compare} (${key}, ${caseId})`);
  }
  const order = name === 'opened' ? [desc(sortColumn), desc(from.caseId)] : [sortColumn, from.caseId];
  const limit = pageSize(query.limit) + 1;
  if (given !== undefined) {
    return db
      .select(caseColumns)
      .from(givenIds(given))
      .crossJoin(cases)
      .where(and(isGiven(cases.caseId), ...conditions))
      .orderBy(...order)
      .limit(limit);
  }
  if (walked === undefined) {
    return select(db)
      .where(and(...conditions))
      .orderBy(...order)
      .limit(limit);
  }
  const joined = sql`${cases.tenant} = ${caseFacets.tenant} and ${cases.caseId} = ${caseFacets.caseId}`;
  return db
    .select(caseColumns)
    .from(caseFacets)
    .crossJoin(cases)
    .where(and(eq(caseFacets.tenant, query.tenant), eq(caseFacets.facet, walked), joined, ...conditions))
    .orderBy(...order)
    .limit(limit);
};

const keysOf = (name: CaseSort | 'number', row: CaseListRow): CursorKey[] => [
  name === 'number' ? row.number : name === 'due' ? row.dueSort : row.openedAt,
  row.caseId,
];

/**
 * One page of cases.
 * @throws CursorInvalid
 */
export const listCases = async (store: Store, query: CaseQuery): Promise<Page<CaseListRow>> => {
  const name = orderOf(query);
  const rows = await store.read((db) => casesQuery(db, amongNear(db, query)).all());
  return pageOf(rows, pageSize(query.limit), (last) => encodeCursor(`cases/${name}`, keysOf(name, last)));
};
