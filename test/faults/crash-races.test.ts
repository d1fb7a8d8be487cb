import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectFolder } from '../../cli/project-folder.ts';
import { workflowBundle } from '../../cli/worker/workflow-bundle.ts';
import { openStore, type Store } from '../../db/open.ts';
import { publishPolicy } from '../../db/own/policies.ts';
import { getCase } from '../../db/read/get-case.ts';
import type { Command } from '../../machines/kernel/command.ts';
import { compile } from '../../machines/kernel/compile.ts';
import { open } from '../../machines/kernel/open.ts';
import { policyRef } from '../../machines/kernel/policy/policy-ref.ts';
import { currentPolicy, ownPolicyName } from '../../machines/kernel/policy/table.ts';
import { isRefusal } from '../../machines/kernel/refusal.ts';
import type { Outcome } from '../../workflows/client/outcome.ts';
import { sendCommand } from '../../workflows/client/send-command.ts';
import { startCase } from '../../workflows/client/start-case.ts';
import { admin, alwaysCalendar, miniInput, miniOpening, reason, send } from '../support/mini-case.ts';
import { startTestServer, type TestServer } from '../support/temporal.ts';
import { wholeTrail } from '../support/whole-trail.ts';
import { answerOf } from '../support/worker.ts';
import { type WorkerHome, workerHome } from '../support/worker-process.ts';

// Guarantee: what comes in right after a worker died, and what it was doing when it died, ends in one trail: each
// command that was answered is in it once, at the place that its answer says, and none that was refused.

const isFull = process.env.CASELOOM_FULL === '1';
const waitMs = 60_000;

let server: TestServer;

beforeAll(async () => {
  if (isFull) {
    await workflowBundle(join(projectFolder, '.caseloom/bundles'));
    server = await startTestServer({ pragmas: { synchronous: 'NORMAL' } });
  }
}, 60_000);

afterAll(() => server?.stop());

/** A case whose worker has died, having stored the last of `commands` and told nobody. */
const crashedCase = async (home: WorkerHome, failAt: string, commands: Command[]) => {
  const died = once(await home.start(failAt), 'exit');
  const opening = miniOpening();
  const target = { tenant: 'acme', caseId: opening.caseId };
  const judged = open(compile(miniInput()), opening, opening.receivedAt);
  if (isRefusal(judged)) {
    throw new Error(judged.detail);
  }
  const within = (ms: number) => ({ taskQueue: home.taskQueue, deadlineMs: Date.now() + ms });
  const input = { compile: miniInput(), start: { type: 'open', opening } } as const;
  answerOf(await startCase(server.client, input, judged.state, within(waitMs)));
  const last = commands.at(-1);
  const unheard: Promise<Outcome>[] = [];
  for (const command of commands) {
    const outcome = sendCommand(server.client, target, command, within(command === last ? 3_000 : waitMs));
    if (command === last) {
      unheard.push(outcome);
    } else {
      answerOf(await outcome);
    }
  }
  await died;
  expect(await Promise.all(unheard)).toEqual([{ type: 'condition', code: 'ENGINE_UNAVAILABLE' }]);
  return target;
};

/** Sends as a caller does that gets no answer in time: again, under the same id. */
const insist = async (target: { tenant: string; caseId: string }, command: Command): Promise<Outcome> => {
  const untilMs = Date.now() + waitMs;
  for (;;) {
    const outcome = await sendCommand(server.client, target, command, { deadlineMs: Date.now() + 10_000 });
    if (outcome.type !== 'condition' || Date.now() > untilMs) {
      return outcome;
    }
    await sleep(200);
  }
};

const inHome = async (work: (home: WorkerHome, store: () => Promise<Store>) => Promise<void>) => {
  const home = workerHome(server.address);
  let store: Store | undefined;
  try {
    await work(home, async () => {
      store ??= await openStore({ file: join(home.folder, 'caseloom.db') });
      return store;
    });
  } finally {
    await store?.close();
    await home.remove();
  }
};

describe.runIf(isFull)('after a worker was killed', () => {
  test.concurrent('two other commands race: each is answered at its place or refused', async () => {
    await inHome(async (home, storeOf) => {
      const lost = send('note');
      const target = await crashedCase(home, 'after-project:3', [send('note'), lost]);
      // Whichever comes second, the one has moved the case on from where the other is possible.
      const racing = [send('acknowledge'), send('note')];
      const outcomes = Promise.all(racing.map((command) => insist(target, command)));
      await home.start();
      const store = await storeOf();
      const decided = await outcomes;
      const trail = await wholeTrail(store, target);
      const placeOf = ({ id }: Command) => trail.find(({ read }) => read.commandId === id)?.seq;
      for (const [index, outcome] of decided.entries()) {
        const command = racing[index] as Command;
        if (outcome.type === 'answered') {
          expect(placeOf(command)).toBe(outcome.answer.seq);
        } else {
          expect(outcome).toMatchObject({ type: 'refused', refusal: { code: 'EVENT_NOT_ALLOWED' } });
          expect(placeOf(command)).toBeUndefined();
        }
      }
      expect(answerOf(decided[0] as Outcome).status).toBe('open');
      // What the dead worker had stored stays, though nobody sent it again.
      expect(placeOf(lost)).toBe(3);
      const told = trail.map(({ type }) => type).filter((type) => !type.startsWith('task.'));
      const notes = told.filter((type) => type === 'note').length;
      expect((await getCase(store, target))?.state.data.notes).toBe(notes);
      expect(told.filter((type) => type === 'acknowledge')).toHaveLength(1);
    });
  }, 180_000);

  test.concurrent.each([
    ['sent again', true],
    ['not sent again', false],
  ])(
    'a recalculation that it had stored is kept, %s, and the case counts with it',
    async (_how, again) => {
      await inHome(async (home, storeOf) => {
        const calendars = { always: { ...alwaysCalendar, version: '2' } };
        const command: Command = { id: 'recalculated', type: 'recalculate', calendars, facts: admin };
        const target = await crashedCase(home, 'after-project:3', [send('note'), command]);
        await home.start();
        const store = await storeOf();
        if (again) {
          expect(answerOf(await insist(target, command)).seq).toBe(3);
        }
        answerOf(await insist(target, send('note')));
        const trail = await wholeTrail(store, target);
        const after = compile({ ...miniInput(), calendars });
        expect(trail.map(({ type }) => type).filter((type) => !type.startsWith('task.'))).toEqual([
          'case.opened',
          'note',
          'deadline.recalculated',
          'note',
        ]);
        expect(trail.at(-1)?.read.calendar).toEqual(after.calendarHashes);
        expect((await getCase(store, target))?.state.data.notes).toBe(2);
      });
    },
    180_000,
  );

  test.concurrent.each([
    ['sent again', true],
    ['not sent again', false],
  ])(
    'a move to another table that it had stored is kept, %s, and that table decides',
    async (_how, again) => {
      await inHome(async (home, storeOf) => {
        const policy = { ...currentPolicy, id: 'ours' };
        const command: Command = { id: 'moved', type: 'adopt-policy', policy, facts: admin, reason };
        const target = await crashedCase(home, 'after-project:3', [send('note'), command]);
        const store = await storeOf();
        await publishPolicy(store, target.tenant, policy, { actorId: 'ada', atMs: Date.now() });
        await home.start();
        if (again) {
          expect(answerOf(await insist(target, command)).seq).toBe(3);
        }
        answerOf(await insist(target, send('note')));
        const trail = await wholeTrail(store, target);
        expect(trail.map(({ type }) => type).filter((type) => !type.startsWith('task.'))).toEqual([
          'case.opened',
          'note',
          'case.policy-adopted',
          'note',
        ]);
        expect(trail.at(-1)?.read.policy).toBe(ownPolicyName(policyRef(policy)));
        expect((await getCase(store, target))?.state.policy).toEqual(policyRef(policy));
      });
    },
    180_000,
  );
});
