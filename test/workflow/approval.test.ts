import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadSettings } from '../../cli/settings.ts';
import { publishCalendar, publishDefinition } from '../../db/own/definitions.ts';
import { putPerson } from '../../db/own/people.ts';
import { entriesOf, getCase, linksTo, tasksOf } from '../../db/read/get-case.ts';
import { runtimePart } from '../../machines/definition/runtime-part.ts';
import type { Actor, TaskCommand } from '../../machines/kernel/command.ts';
import { calendarHash } from '../../machines/kernel/compile.ts';
import type { Json, JsonObject } from '../../machines/kernel/json.ts';
import { shippedCalendars, shippedDefinitions } from '../../machines/library/index.ts';
import { people, settlement, who, yuan } from '../approval/settlement.ts';
import { person } from '../support/mini-case.ts';
import { startTimeSkipping } from '../support/temporal.ts';
import { answerOf, prepareRuntime, startTestWorker, type TestWorker } from '../support/worker.ts';

// Guarantee: an approval on the real engine is a case of its own, finds its people, answers, and is cancelled.

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

const proposed = async (): Promise<{ claim: string; approval: string }> => {
  const receivedAt = new Date(await env.currentTimeMs()).toISOString();
  const claim = id();
  answerOf(
    (
      await cases.open({
        opening: {
          ...{ caseId: claim, commandId: `${claim}.open`, number: claim, receivedAt },
          ...{ facts: { actor: who('adjuster') }, data: { amount: yuan(200_000)[0] as unknown as Json } },
        },
        compile: { definition: settlement, ref, calendars: { cn } },
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
