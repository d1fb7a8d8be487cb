import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTellPeople } from '../../activities/deliver-to-people.ts';
import { loadSettings } from '../../cli/settings.ts';
import { publishCalendar, publishDefinition } from '../../db/own/definitions.ts';
import { putPerson } from '../../db/own/people.ts';
import { entriesOf, getCase, linksTo, tasksOf } from '../../db/read/get-case.ts';
import { notifications, outbox } from '../../db/schema/index.ts';
import { runtimePart } from '../../machines/definition/runtime-part.ts';
import type { Actor, TaskCommand } from '../../machines/kernel/command.ts';
import { calendarHash } from '../../machines/kernel/compile.ts';
import type { Json, JsonObject } from '../../machines/kernel/json.ts';
import { shippedCalendars, shippedDefinitions } from '../../machines/library/index.ts';
import { shippedLadder } from '../../machines/library/notification/index.ts';
import { people, settlement, who, yuan } from '../approval/settlement.ts';
import { person } from '../support/mini-case.ts';
import { startTimeSkipping } from '../support/temporal.ts';
import { answerOf, prepareRuntime, startTestWorker, type TestWorker } from '../support/worker.ts';

// Guarantee: an approval on the real engine is a case of its own, finds its people, answers, and is cancelled.

/** The settlement, with a committee above the manager. */
const withCommittee = structuredClone(settlement);
withCommittee.approvals?.settlement?.plan.ladder?.push({ role: 'committee' });

let env: TestWorkflowEnvironment;
let cases: TestWorker;
const paid: Json[] = [];
const tenant = 'acme';
const cn = shippedCalendars.cn as NonNullable<(typeof shippedCalendars)[string]>;
const ref = { id: 'settlement', version: '1.0.0', hash: 'e'.repeat(64) };

beforeAll(async () => {
  prepareRuntime();
  env = await startTimeSkipping();
  cases = await startTestWorker({
    temporal: { ...loadSettings({}).temporal, address: env.address },
    client: env.client,
    payments: {
      pay: async ({ amount }) => {
        paid.push(amount as unknown as Json);
        return { paymentId: `paid-${paid.length}` };
      },
    },
  });
  for (const { id, roles, authority = [] } of Object.values(people)) {
    await putPerson(cases.store, { ...person({ id, roles }), authority });
  }
  await putPerson(cases.store, person({ id: 'admin', roles: ['admin'] }));
  const approval = shippedDefinitions().findLast(({ id }) => id === 'approval') as ReturnType<
    typeof shippedDefinitions
  >[number];
  await publishDefinition(cases.store, tenant, {
    ...{ id: 'approval', version: approval.version, hash: 'a'.repeat(64) },
    document: approval as unknown as JsonObject,
    runtime: runtimePart(approval),
  });
  await publishCalendar(cases.store, tenant, {
    ...{ id: 'cn', hash: calendarHash(cn), calendar: cn as unknown as Json },
  });
}, 60_000);

afterAll(async () => {
  await cases?.stop();
  await env?.teardown();
});

let commands = 0;
const id = (): string => `approval-test-${++commands}`;
const stateOf = async (caseId: string) => (await getCase(cases.store, { tenant, caseId }))?.states;
const typesOf = async (caseId: string) =>
  (await entriesOf(cases.store, { tenant, caseId })).map(({ type }) => type);

const proposed = async (amount = 200_000): Promise<{ claim: string; approval: string }> => {
  const receivedAt = new Date(await env.currentTimeMs()).toISOString();
  const claim = id();
  answerOf(
    (
      await cases.open({
        opening: {
          ...{ caseId: claim, commandId: `${claim}.open`, number: claim, receivedAt },
          ...{ facts: { actor: who('adjuster') }, data: { amount: yuan(amount)[0] as unknown as Json } },
        },
        compile: { definition: withCommittee, ref, calendars: { cn } },
      })
    ).outcome,
  );
  answerOf(
    await cases.send(claim, { id: id(), type: 'event', event: 'propose', facts: { actor: who('adjuster') } }),
  );
  await expect.poll(async () => (await linksTo(cases.store, { tenant, caseId: claim })).length).toBe(1);
  const [link] = await linksTo(cases.store, { tenant, caseId: claim });
  return { claim, approval: link?.caseId ?? '' };
};

/** Waits until a seat has got its person, and has them use a verb on it. */
const onSeat = async (
  approval: string,
  actor: Actor,
  assignee: string,
  verb: Pick<TaskCommand, 'verb' | 'outcome' | 'to' | 'until'>,
) => {
  const seat = async () =>
    (await tasksOf(cases.store, { tenant, caseId: approval })).find((task) => task.status === 'open');
  await expect.poll(async () => (await seat())?.assignee).toBe(assignee);
  const { taskId = '' } = (await seat()) ?? {};
  return cases.send(approval, { id: id(), type: 'task', taskId, facts: { actor }, ...verb });
};
const approve = { verb: 'complete', outcome: 'approve' } as const;

test('legal and whoever may decide the amount approve, one seat is lent, and what they approved is paid', async () => {
  const { claim, approval } = await proposed();
  const legal = await tasksOf(cases.store, { tenant, caseId: approval });
  expect(legal.map(({ role }) => role)).toEqual(['legal']);
  answerOf(await onSeat(approval, who('legal'), 'legal', approve));
  // The lead's limit is too low: the ladder begins with the manager, whom the seat is given to.
  expect(await onSeat(approval, who('lead'), 'manager', approve)).toMatchObject({ type: 'refused' });
  const until = new Date((await env.currentTimeMs()) + 3_600_000).toISOString();
  answerOf(
    await onSeat(approval, who('manager'), 'manager', { verb: 'delegate', to: who('finance'), until }),
  );
  answerOf(await onSeat(approval, who('finance'), 'finance', approve));
  await expect.poll(() => stateOf(claim)).toEqual(['paid', 'idle']);
  expect(paid).toEqual([yuan(200_000)[0]]);
  expect(await stateOf(approval)).toEqual(['approved']);
  expect(await typesOf(claim)).toContain('approval.answered');
});

/** Whom the messages of this template that a case has sent to roles are for. */
const toldOf = async (caseId: string, template: string): Promise<string[]> => {
  const tell = createTellPeople(cases.store, { ladder: shippedLadder, now: Date.now, gatherMs: 0 });
  const rows = await cases.store.read((db) => db.select().from(outbox).all());
  const before = (await noticesOf(caseId)).length;
  for (const row of rows.filter((each) => each.caseId === caseId && each.payload.template === template)) {
    await tell(row);
  }
  return (await noticesOf(caseId)).slice(before);
};
const noticesOf = async (caseId: string): Promise<string[]> =>
  (
    await cases.store.read((db) =>
      db.select().from(notifications).where(eq(notifications.caseId, caseId)).all(),
    )
  ).map(({ personId }) => personId);

/** The approval of such an amount in yuan, once whoever of legal has got its first seat has approved. */
const approvedByLegal = async (amount: number): Promise<string> => {
  const { approval } = await proposed(amount);
  const assignee = async () => (await tasksOf(cases.store, { tenant, caseId: approval }))[0]?.assignee ?? '';
  await expect.poll(assignee).toMatch(/^legal/);
  const lawyer = await assignee();
  answerOf(await onSeat(approval, who(lawyer), lawyer, approve));
  return approval;
};

test('a seat that nobody may take is an incident and told, once; retried, it is given to who may take it', async () => {
  const approval = await approvedByLegal(900_000);
  // Of the committee, and of compliance above it, there is nobody.
  const unfilled = async () => (await typesOf(approval)).filter((type) => type === 'seat.unfilled');
  await expect.poll(unfilled, { timeout: 10_000 }).toEqual(['seat.unfilled']);
  const { incidents } = await cases.state(approval);
  expect(incidents).toMatchObject([{ kind: 'seat', code: 'NOBODY_ELIGIBLE', status: 'open' }]);
  expect(await toldOf(approval, 'seat.unfilled')).toEqual(['admin']);

  const compliance = { id: 'compliance', roles: ['compliance'], authority: yuan(5_000_000) };
  await putPerson(cases.store, { ...person(compliance), authority: compliance.authority });
  const retry = { type: 'incident', n: 1, verb: 'retry', reason: { ref: 'r', commitment: 'c' } } as const;
  answerOf(await cases.send(approval, { id: id(), ...retry, facts: { actor: who('lead') } }));
  answerOf(await onSeat(approval, compliance, 'compliance', approve));
  await expect.poll(() => stateOf(approval)).toEqual(['approved']);
  expect(await unfilled()).toEqual(['seat.unfilled']);
}, 30_000);

test('a late step is told to whoever is above the person at the seat, never to somebody below them', async () => {
  const chair = { id: 'chair', roles: ['committee'], authority: yuan(5_000_000) };
  await putPerson(cases.store, { ...person(chair), authority: chair.authority });
  const approval = await approvedByLegal(900_000);
  const openTask = async () =>
    (await tasksOf(cases.store, { tenant, caseId: approval })).find(({ status }) => status === 'open');
  await expect.poll(async () => (await openTask())?.assignee).toBe('chair');
  // Longer than any run of days on which nobody works.
  await env.sleep('20 days');
  await expect.poll(() => typesOf(approval), { timeout: 10_000 }).toContain('deadline.breached');
  // Nobody is above the committee but, on the ladder, compliance.
  expect(await toldOf(approval, 'deadline.breached')).toEqual(['compliance']);
}, 30_000);

test('an approval whose case needs it no more is cancelled, and asked for anew as another', async () => {
  const { claim, approval } = await proposed();
  const send = async (event: string, data?: JsonObject) =>
    answerOf(
      await cases.send(claim, {
        ...{ id: id(), type: 'event', event, facts: { actor: who('adjuster') } },
        ...(data === undefined ? {} : { data }),
      }),
    );
  await send('amend', { amount: yuan(40_000)[0] as unknown as Json });
  await expect.poll(() => stateOf(approval)).toEqual(['cancelled']);
  await expect.poll(async () => (await linksTo(cases.store, { tenant, caseId: claim })).length).toBe(2);
  await send('drop');
  await expect
    .poll(async () => {
      const links = await linksTo(cases.store, { tenant, caseId: claim });
      return Promise.all(links.map(({ caseId }) => stateOf(caseId)));
    })
    .toEqual([['cancelled'], ['cancelled']]);
  expect(await stateOf(claim)).toEqual(['draft']);
});
