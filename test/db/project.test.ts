import { and, eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  caseFacets,
  cases,
  deadlines,
  documents,
  entries,
  links,
  logPending,
  outbox,
  tasks,
} from '../../db/schema/index.ts';
import { project } from '../../db/write/project.ts';
import { sealEntry } from '../../machines/kernel/entry.ts';
import {
  batchOf,
  syntheticCase,
  syntheticDeadline,
  syntheticStep,
  syntheticTask,
} from '../support/synthetic-case.ts';
import { type TemporaryStore, temporaryStore } from '../support/temporary-store.ts';

let opened: TemporaryStore;
beforeEach(async () => {
  opened = await temporaryStore();
});
afterEach(() => opened.remove());

const delivery = {
  type: 'deliver',
  id: 'case-1/1/1',
  template: 'acknowledgement',
  to: { customer: true },
  data: {},
} as const;

const opening = () =>
  syntheticStep(
    syntheticCase(),
    {
      tasks: { 'case-1/1/0': syntheticTask({ department: 'north' }) },
      deadlines: {
        late: syntheticDeadline({ dueAt: '2026-04-01T16:00:00.000Z' }),
        soon: syntheticDeadline(),
        done: syntheticDeadline({ status: 'met', dueAt: '2026-03-03T16:00:00.000Z' }),
      },
      links: [{ rel: 'part-of', caseId: 'case-0' }],
      documents: [{ id: 'doc-1', key: 'report', status: 'received', at: '2026-03-02T01:00:00.000Z' }],
    },
    {},
    [delivery],
  );

const everything = () =>
  [cases, caseFacets, deadlines, documents, entries, links, logPending, outbox, tasks].map((table) =>
    opened.store.db.select().from(table).all(),
  );

const diverged = (reason: string) => expect.objectContaining({ code: 'TRAIL_DIVERGED', reason });

describe('a batch', () => {
  test('is written whole: case, trail, tasks, deadlines, links, documents, outbox and log', async () => {
    const step = opening();
    const answer = await project(opened.store, step);

    expect(answer).toEqual({ seq: 1, headHash: step.entries[0]?.hash });
    const { db } = opened.store;
    expect(db.select().from(cases).get()).toMatchObject({
      caseId: 'case-1',
      states: ['registered'],
      lastSeq: 1,
      headHash: step.entries[0]?.hash,
      department: 'north',
      dueAt: '2026-03-07T16:00:00.000Z',
      breached: 0,
      state: step.state,
    });
    expect(db.select().from(caseFacets).all()).toHaveLength(1);
    expect(db.select().from(tasks).get()).toMatchObject({
      taskId: 'case-1/1/0',
      groupKey: 'role:handler/dept:north',
      dueAt: '2026-03-07T16:00:00.000Z',
      priority: 1,
      caseNumber: 'CL-2026-000001',
    });
    expect(db.select().from(deadlines).all()).toHaveLength(3);
    expect(db.select().from(links).get()).toMatchObject({ toCaseId: 'case-0', rel: 'part-of' });
    expect(db.select().from(documents).get()).toMatchObject({ documentId: 'doc-1', sha256: null });
    expect(db.select().from(outbox).get()).toMatchObject({ status: 'pending', payload: delivery, seq: 1 });
    expect(db.select().from(entries).get()).toMatchObject({ ...step.entries[0], restrictedTo: null });
    expect(db.select().from(logPending).get()).toMatchObject({ kind: 'entry', caseId: 'case-1', number: 1 });
  });

  test('changes nothing when it is sent again, also after later ones', async () => {
    const first = opening();
    const second = syntheticStep(first.state, { machine: { states: ['assessed'], history: {}, visits: 0 } });
    await project(opened.store, first);
    const answer = await project(opened.store, second);
    const before = everything();

    expect(await project(opened.store, first)).toEqual({ seq: 1, headHash: first.state.headHash });
    expect(await project(opened.store, second)).toEqual(answer);
    expect(await project(opened.store, batchOf(first, second))).toEqual(answer);
    expect(everything()).toEqual(before);
  });

  test('whose first entries are stored already adds only the rest', async () => {
    const first = opening();
    const second = syntheticStep(first.state);
    await project(opened.store, first);
    await project(opened.store, batchOf(first, second));
    expect(opened.store.db.select().from(entries).all()).toHaveLength(2);
    expect(opened.store.db.select().from(outbox).all()).toHaveLength(1);
  });

  test('moves the open tasks with the tightest deadline and leaves the closed ones their date', async () => {
    const first = opening();
    await project(opened.store, first);
    const { soon, ...rest } = first.state.deadlines;
    const second = syntheticStep(first.state, {
      tasks: {
        'case-1/1/0': syntheticTask({ status: 'completed', closedAt: '2026-03-03T00:00:00.000Z' }),
        'case-1/2/0': syntheticTask({ assignee: 'handler-2' }),
      },
      deadlines: { ...rest, soon: { ...(soon ?? syntheticDeadline()), status: 'met' } },
      links: [],
    });
    await project(opened.store, second);
    const due = (taskId: string) =>
      opened.store.db
        .select()
        .from(tasks)
        .where(and(eq(tasks.tenant, 'acme'), eq(tasks.taskId, taskId)))
        .get()?.dueAt;
    expect(due('case-1/1/0')).toBe('2026-03-07T16:00:00.000Z');
    expect(due('case-1/2/0')).toBe('2026-04-01T16:00:00.000Z');
    expect(opened.store.db.select().from(links).all()).toEqual([]);
    expect(opened.store.db.select().from(cases).get()?.department).toBe('north');
  });

  test('writes only rows that changed', async () => {
    const first = opening();
    await project(opened.store, first);
    opened.store.sqlite.exec(
      `CREATE TEMP TABLE touched (name TEXT);
       CREATE TEMP TRIGGER t1 AFTER UPDATE ON main.tasks BEGIN INSERT INTO touched VALUES ('tasks'); END;
       CREATE TEMP TRIGGER t2 AFTER UPDATE ON main.deadlines BEGIN INSERT INTO touched VALUES ('deadlines'); END;
       CREATE TEMP TRIGGER t3 AFTER UPDATE ON main.case_facets BEGIN INSERT INTO touched VALUES ('facets'); END;
       CREATE TEMP TRIGGER t4 AFTER UPDATE ON main.cases BEGIN INSERT INTO touched VALUES ('cases'); END;`,
    );
    await project(opened.store, syntheticStep(first.state, { data: { note: 'changed' } }));
    expect(opened.store.sqlite.prepare('SELECT name FROM touched').pluck().all()).toEqual(['cases']);
  });
});

describe('a batch that contradicts the store is refused and writes nothing', () => {
  const refused = async (batch: Parameters<typeof project>[1], reason: string) => {
    const before = everything();
    await expect(project(opened.store, batch)).rejects.toEqual(diverged(reason));
    expect(everything()).toEqual(before);
  };

  test('another entry at a stored seq', async () => {
    await project(opened.store, opening());
    await refused(syntheticStep(syntheticCase(), {}, { actorId: 'somebody-else' }), 'hash');
  });

  test('a gap: the store was put back to an older copy', async () => {
    const first = opening();
    const second = syntheticStep(first.state);
    await project(opened.store, first);
    await refused(syntheticStep(second.state), 'gap');
    await refused(syntheticStep(syntheticCase({ caseId: 'case-2', seq: 4 })), 'gap');
  });

  test('a next entry that follows another head', async () => {
    const first = opening();
    await project(opened.store, first);
    await refused(syntheticStep({ ...first.state, headHash: 'f'.repeat(64) }), 'hash');
  });

  test('a state ahead of the trail without its entries', async () => {
    const first = opening();
    await refused({ ...first, entries: [] }, 'gap');
  });

  test('an earlier epoch', async () => {
    const first = syntheticStep(syntheticCase({ epoch: 2 }));
    await project(opened.store, first);
    await refused(syntheticStep({ ...first.state, epoch: 1 }), 'epoch');
  });

  test('a command that the trail holds already', async () => {
    const first = opening();
    await project(opened.store, first);
    await refused(syntheticStep(first.state, {}, { commandId: 'case-1-command-1' }), 'command');
  });

  test('a leaf that is not what its hash or its case says', async () => {
    const first = opening();
    const [entry] = first.entries;
    if (!entry) throw new Error('no entry');
    await refused(
      { ...first, entries: [{ ...entry, leaf: entry.leaf.replace('handler', 'manager') }] },
      'leaf',
    );
    await refused({ ...first, tenant: 'other' }, 'leaf');
    await refused({ ...first, state: { ...first.state, headHash: 'a'.repeat(64) } }, 'leaf');
  });
});

test('one refused batch does not undo the others that share its transaction', async () => {
  const good = opening();
  const bad = syntheticStep(syntheticCase({ caseId: 'case-2', seq: 7 }));
  const alsoGood = syntheticStep(syntheticCase({ caseId: 'case-3' }));
  const results = await Promise.allSettled(
    [good, bad, alsoGood].map((batch) => project(opened.store, batch)),
  );
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(opened.store.db.select({ id: cases.caseId }).from(cases).all()).toEqual([
    { id: 'case-1' },
    { id: 'case-3' },
  ]);
});

test('the trail refuses to be changed or shortened', async () => {
  await project(opened.store, opening());
  const { sqlite } = opened.store;
  sqlite.exec(`INSERT INTO records VALUES ('acme', 1, '', 'read', 'auditor', 'case', 'case-1', '{}', 'h');
    INSERT INTO log_leaves VALUES ('acme', 0, 'record', '', 1, 'h');`);
  for (const table of ['entries', 'records', 'log_leaves']) {
    expect(() => sqlite.exec(`UPDATE ${table} SET hash = 'x'`)).toThrow(/append-only/);
    expect(() => sqlite.exec(`DELETE FROM ${table}`)).toThrow(/append-only/);
    expect(() => sqlite.exec(`INSERT OR REPLACE INTO ${table} SELECT * FROM ${table}`)).toThrow(
      /append-only/,
    );
  }
});

test('the hash of the store and the hash of the kernel agree on any text', () => {
  const leaf = sealEntry({
    ...JSON.parse(opening().entries[0]?.leaf ?? ''),
    data: { text: '赔付 ✓ \u{1F697}' },
  });
  const step = { ...opening(), entries: [leaf], state: { ...opening().state, headHash: leaf.hash } };
  return expect(project(opened.store, step)).resolves.toEqual({ seq: 1, headHash: leaf.hash });
});
