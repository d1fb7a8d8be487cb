import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { groupKey } from '../../db/group-key.ts';
import { countMax, countTasks, countTasksOf } from '../../db/read/count-tasks.ts';
import { type CaseQuery, casesQuery, listCases } from '../../db/read/list-cases.ts';
import { type EntryQuery, entriesQuery } from '../../db/read/list-entries.ts';
import { listTasks, type TaskQuery, tasksQuery } from '../../db/read/list-tasks.ts';
import { fillTasks } from '../support/fill-tasks.ts';
import { type TemporaryStore, temporaryStore } from '../support/temporary-store.ts';

const full = process.env.CASELOOM_FULL === '1';
const size = full ? 1_000_000 : 100_000;
const tenant = 'acme';
const now = '2026-07-01T00:00:00.000Z';
const groupKeys = [
  'role:role-1',
  'role:role-1/dept:dept-1',
  'role:role-2/dept:dept-2',
  'role:role-3/dept:dept-3',
];

let opened: TemporaryStore;
beforeAll(async () => {
  opened = await temporaryStore();
  fillTasks(opened.store, { tenant, count: size });
}, 300_000);
afterAll(() => opened.remove());

const views = [
  { view: 'mine', personId: 'person-3' },
  { view: 'candidate', groupKeys },
  { view: 'candidate', groupKeys: groupKeys.slice(0, 1) },
  { view: 'team', groupKeys },
  { view: 'all' },
] as const;
const filters = [{}, { kind: 'claim' }, { dueBefore: now }, { overdueAt: now, kind: 'complaint' }];

const taskQueries: TaskQuery[] = views.flatMap((view) =>
  (['due', 'opened', 'priority'] as const).flatMap((sort) =>
    filters.map((filter) => ({ tenant, sort, limit: 50, ...view, ...filter }) as TaskQuery),
  ),
);
taskQueries.push(
  { tenant, view: 'all', q: 'CL-2026-00000' },
  { tenant, view: 'team', groupKeys, q: 'CL-2026-0001' },
);

// States that are marked for others than the reader, which no list may show.
const hiddenStates = [{ definitionId: 'definition-claim', definitionHash: 'd'.repeat(64), state: 'state-4' }];
taskQueries.push(
  { tenant, view: 'mine', personId: 'person-3', sort: 'due', hiddenStates },
  { tenant, view: 'candidate', groupKeys, sort: 'due', hiddenStates },
  { tenant, view: 'all', sort: 'opened', hiddenStates, sight: { hiding: ['excluded:person-3'] } },
  ...(['due', 'opened', 'priority'] as const).flatMap((sort): TaskQuery[] => {
    const lent = { kind: 'claim', actsFor: ['person-4'], groupKeys: ['role:role-4/dept:dept-1'] };
    return [
      { tenant, view: 'mine', personId: 'person-3', sort, lentByKind: [lent] },
      { tenant, view: 'candidate', groupKeys, sort, lentByKind: [lent] },
      { tenant, view: 'team', groupKeys, sort, lentByKind: [lent] },
    ];
  }),
  // Decisions alone, as the list of approvals asks for them.
  ...[{ view: 'mine', personId: 'person-3' } as const, { view: 'candidate', groupKeys } as const].map(
    (view): TaskQuery => ({
      ...{ tenant, sort: 'due', ...view },
      states: [{ kind: 'approval', definitionId: 'definition-approval', state: 'state-3' }],
    }),
  ),
);

const caseFilters: Omit<CaseQuery, 'tenant'>[] = [
  {},
  { kind: 'claim' },
  { definition: 'definition-complaint' },
  { definition: 'definition-complaint@1.0.0' },
  { state: 'state-3' },
  { state: 'state-3', kind: 'claim', breached: true },
  { status: ['open'] },
  { status: ['incident'] },
  { status: ['open', 'incident'], kind: 'claim' },
  { department: 'dept-2' },
  { breached: true },
  { breached: false },
  { openedFrom: now },
  { assignee: 'person-3' },
  { assignee: 'person-3', state: 'state-3' },
  { kind: 'claim', status: ['open'], department: 'dept-0', openedFrom: now },
  { state: 'state-4', hiddenStates },
  { assignee: 'person-3', hiddenStates },
];
const caseQueries: CaseQuery[] = caseFilters.flatMap((filter) =>
  (['opened', 'due'] as const).map((sort) => ({ tenant, sort, limit: 50, ...filter })),
);
caseQueries.push({ tenant, q: 'CL-2026-00001' }, { tenant, q: 'CL-2026-00001', state: 'state-3' });

const entryQueries: EntryQuery[] = [
  {},
  { actor: 'handler' },
  { type: 'event' },
  { caseId: 'case-1' },
  { from: now, to: '2026-08-01T00:00:00.000Z' },
  { kind: 'claim' },
  { actor: 'handler', type: 'event', department: 'dept-1' },
].flatMap((filter) => (['newest', 'oldest'] as const).map((sort) => ({ tenant, sort, ...filter })));

const planOf = (query: { toSQL: () => { sql: string; params: unknown[] } } | undefined): string[] => {
  const { sql, params } = query?.toSQL() ?? { sql: '', params: [] };
  const rows = opened.store.sqlite.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...params);
  return rows.map((row) => (row as { detail: string }).detail);
};

/** Every table is reached by a range of an index, and no page is sorted after it is read. */
const expectWalk = (plan: string[]) => {
  expect(plan.length).toBeGreaterThan(0);
  for (const step of plan) {
    expect(step).not.toMatch(/^SCAN (?!CONSTANT ROW)/);
    expect(step).not.toMatch(/TEMP B-TREE/);
    expect(step).not.toMatch(/AUTOMATIC/);
  }
};

const named = (query: object) => [JSON.stringify(query), query] as const;

describe('each list walks an index, on the first page and on later ones', () => {
  test.each(taskQueries.map(named))('tasks %s', async (_, query) => {
    expectWalk(planOf(tasksQuery(opened.store.db, query as TaskQuery)));
    const { next } = await listTasks(opened.store, { ...(query as TaskQuery), limit: 2 });
    if (next) expectWalk(planOf(tasksQuery(opened.store.db, { ...(query as TaskQuery), cursor: next })));
  });
  test.each(taskQueries.filter(({ q }) => q === undefined).map(named))(
    'its own index: tasks %s',
    (_, query) => {
      const { view, sort } = query as TaskQuery;
      const plan = planOf(tasksQuery(opened.store.db, query as TaskQuery)).join('\n');
      expect(new Set(plan.match(/tasks_\w+/g))).toEqual(new Set([`tasks_${view}_${sort}`]));
    },
  );
  test.each(caseQueries.map(named))('cases %s', async (_, query) => {
    expectWalk(planOf(casesQuery(opened.store.db, query as CaseQuery)));
    const { next } = await listCases(opened.store, { ...(query as CaseQuery), limit: 2 });
    if (next) expectWalk(planOf(casesQuery(opened.store.db, { ...(query as CaseQuery), cursor: next })));
  });
  test.each(entryQueries.map(named))('entries %s', (_, query) => {
    expectWalk(planOf(entriesQuery(opened.store.db, query as EntryQuery)));
  });
});

describe('pages', () => {
  const collect = async (query: TaskQuery) => {
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listTasks(opened.store, { ...query, limit: 200, ...(cursor ? { cursor } : {}) });
      ids.push(...page.items.map(({ taskId }) => taskId));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined && ids.length < 5_000);
    return ids;
  };

  test.each(['due', 'opened', 'priority'] as const)(
    'by %s hold each task once and in order',
    async (sort) => {
      const expected = opened.store.sqlite
        .prepare(
          `SELECT task_id FROM tasks WHERE tenant = ? AND assignee IS NULL AND group_key IN (?, ?, ?, ?)
         ORDER BY ${{ due: 'due_sort', opened: 'opened_at', priority: 'priority, due_sort' }[sort]}, task_id LIMIT 5000`,
        )
        .pluck()
        .all(tenant, ...groupKeys);
      expect((await collect({ tenant, view: 'candidate', groupKeys, sort })).slice(0, 5_000)).toEqual(
        expected,
      );
    },
  );

  test('of cases hold each case once, the newest first', async () => {
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listCases(opened.store, {
        tenant,
        status: ['incident'],
        limit: 60,
        ...(cursor ? { cursor } : {}),
      });
      ids.push(...page.items.map(({ caseId }) => caseId));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    const expected = opened.store.sqlite
      .prepare('SELECT case_id FROM cases WHERE incident > 0 ORDER BY opened_at DESC, case_id DESC')
      .pluck()
      .all();
    expect(ids).toEqual(expected);
  });

  test('refuse a cursor of another order, and one that is none', async () => {
    const { next } = await listTasks(opened.store, { tenant, view: 'all', sort: 'due' });
    const refused = { code: 'CURSOR_INVALID' };
    for (const cursor of [next ?? '', 'e30', '%%%', 'x'.repeat(3_000)]) {
      await expect(
        listTasks(opened.store, { tenant, view: 'all', sort: 'priority', cursor }),
      ).rejects.toMatchObject(refused);
    }
  });

  test('show nothing of another tenant, and nothing to who holds no key', async () => {
    expect((await listTasks(opened.store, { tenant: 'other', view: 'all' })).items).toEqual([]);
    expect((await listCases(opened.store, { tenant: 'other' })).items).toEqual([]);
    expect((await listTasks(opened.store, { tenant, view: 'candidate', groupKeys: [] })).items).toEqual([]);
  });

  test('counts stop at their bound and are right below it', async () => {
    expect(await countTasks(opened.store, { tenant, view: 'all' })).toBe(countMax + 1);
    const mine = opened.store.sqlite
      .prepare('SELECT count(*) FROM tasks WHERE assignee = ?')
      .pluck()
      .get('person-3');
    const counts = await countTasksOf(opened.store, { tenant, personId: 'person-3', groupKeys, now });
    expect(counts.mine).toBe(Math.min(Number(mine), countMax + 1));
    expect(counts.mineOverdue).toBeLessThan(counts.mine);
    expect(counts.candidateOverdue).toBeLessThanOrEqual(counts.candidate);
    expect(counts.team).toBe(await countTasks(opened.store, { tenant, view: 'team', groupKeys }));
    expect(counts.teamOverdue).toBeLessThanOrEqual(counts.team);
    expect(counts.all).toBe(countMax + 1);
  });

  test('leave nothing out where somebody works for very many groups', async () => {
    const [, wanted = ''] = groupKeys;
    const others = Array.from({ length: 150 }, (_, n) => groupKey(`no-role-${n}`, null));
    for (const view of ['team', 'candidate'] as const) {
      const few = { tenant, view, groupKeys: [wanted] };
      const many = { tenant, view, groupKeys: [...others, wanted] };
      for (const sort of ['due', 'opened', 'priority'] as const) {
        const page = await listTasks(opened.store, { ...few, sort });
        expect(page.items.length).toBeGreaterThan(0);
        expect((await listTasks(opened.store, { ...many, sort })).items).toEqual(page.items);
      }
      expect(await countTasks(opened.store, many)).toBe(await countTasks(opened.store, few));
    }
  });
});

test(`with ${size} open tasks a page of any list takes less than 50 ms (p95)`, async () => {
  const timesOf = async (queries: object[], list: (query: never) => Promise<{ next: string | null }>) => {
    const timesMs: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      for (const query of queries) {
        let cursor: string | undefined;
        for (let page = 0; page < 3; page += 1) {
          const startMs = performance.now();
          const { next } = await list({ ...query, ...(cursor ? { cursor } : {}) } as never);
          timesMs.push(performance.now() - startMs);
          if (next === null) break;
          cursor = next;
        }
      }
    }
    timesMs.sort((a, b) => a - b);
    const at = (share: number) => timesMs[Math.floor((timesMs.length - 1) * share)] ?? 0;
    return { p50: at(0.5), p95: at(0.95), max: at(1) };
  };
  const worklist = await timesOf(taskQueries, (query) => listTasks(opened.store, query));
  const casesList = await timesOf(caseQueries, (query) => listCases(opened.store, query));
  for (const [name, { p50, p95, max }] of Object.entries({ worklist, casesList })) {
    console.info(
      `${name} with ${size}: p50 ${p50.toFixed(1)} p95 ${p95.toFixed(1)} max ${max.toFixed(1)} ms`,
    );
  }
  expect(worklist.p95).toBeLessThan(50);
  expect(casesList.p95).toBeLessThan(50);
}, 120_000);
