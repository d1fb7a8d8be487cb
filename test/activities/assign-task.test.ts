import { expect, test } from 'vitest';
import { createAssignTask } from '../../activities/assign-task.ts';
import { putPerson } from '../../db/own/people.ts';
import type { AssignmentRequest } from '../../workflows/activity-contract.ts';
import { person } from '../support/mini-case.ts';
import { temporaryStore } from '../support/temporary-store.ts';

const request = (taskId: string, changes: Partial<AssignmentRequest> = {}): AssignmentRequest => ({
  ...{ tenant: 'acme', caseId: 'c', effectId: `${taskId}.1`, taskId, role: 'handler', skills: [] },
  ...{ policy: 'least-loaded', notPersons: [], ...changes },
});

test('a burst of new tasks is spread, asked again it stays, and four eyes hold', async () => {
  const { store, remove } = await temporaryStore();
  try {
    for (const id of ['hana', 'hugo', 'hui']) {
      await putPerson(store, person({ id, roles: ['handler'] }));
    }
    await putPerson(store, { ...person({ id: 'gone', roles: ['handler'] }), status: 'disabled' });
    const assignTask = createAssignTask(store);
    const chosen = await Promise.all(
      ['t1', 't2', 't3', 't4', 't5', 't6'].map((id) => assignTask(request(id))),
    );
    expect(chosen.map((actor) => actor?.id).sort()).toEqual(['hana', 'hana', 'hugo', 'hugo', 'hui', 'hui']);
    expect(await assignTask(request('t1'))).toEqual(chosen[0]);
    expect(await assignTask(request('t7', { notPersons: ['hana', 'hugo'] }))).toMatchObject({ id: 'hui' });
    expect(await assignTask(request('t8', { role: 'pilot' }))).toBeNull();
    const turns = [];
    for (const id of ['r1', 'r2', 'r3', 'r4']) {
      turns.push((await assignTask(request(id, { policy: 'round-robin' })))?.id);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(new Set(turns.slice(0, 3)).size).toBe(3);
    expect(turns[3]).toBe(turns[0]);
  } finally {
    await remove();
  }
});
