import { afterAll, beforeAll, expect, test } from 'vitest';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import { publishDefinition } from '../../db/own/definitions.ts';
import { getCase } from '../../db/read/get-case.ts';
import { definitionHash } from '../../machines/definition/hash.ts';
import { runtimePart } from '../../machines/definition/runtime-part.ts';
import { DefinitionDocument } from '../../machines/definition/schema.ts';
import type { JsonObject } from '../../machines/kernel/json.ts';
import { type ApprovalApi, startApprovalApi } from '../approval/approval-api.ts';
import { payout } from '../approval/payout.ts';
import { feel } from '../kernel/case-driver.ts';
import { wholeTrail } from '../support/whole-trail.ts';

// Guarantee: what was changed between its approval and its payment is not paid, which stands in the trail as an incident,
// with who asked for the payment.

const tenant = embeddedTenant;
/** A payout that can be amended while it waits to be released. The shipped exposure has no such event there. */
const loose = DefinitionDocument.parse({
  ...payout,
  id: 'loose-payout',
  events: { ...payout.events, release: { by: ['finance'] } },
  machine: {
    initial: 'draft',
    states: {
      draft: { on: { propose: 'approving' } },
      approving: {
        invoke: {
          src: 'settlement',
          onDone: [{ guard: feel('event.outcome = "approved"'), target: 'releasing' }, { target: 'draft' }],
          onError: 'incident',
        },
      },
      releasing: {
        on: {
          amend: { actions: [{ type: 'assign', set: { amount: feel('event.amount') } }] },
          release: 'paying',
        },
      },
      paying: {
        invoke: {
          src: 'pay',
          input: { amount: feel('data.amount'), payee: 'customer' },
          onDone: 'paid',
          onError: 'incident',
        },
      },
      paid: { type: 'final' },
    },
  },
});

let api: ApprovalApi;
beforeAll(async () => {
  api = await startApprovalApi();
  await publishDefinition(api.store, tenant, {
    ...{ id: loose.id, version: loose.version, hash: definitionHash(loose) },
    document: loose as unknown as JsonObject,
    runtime: runtimePart(loose),
  });
});
afterAll(() => api.stop());

const yuan = (amount: number) => ({ amount: amount * 100, currency: 'CNY' });
const event = async (person: string, caseId: string, type: string, data?: object) => {
  const sent = { type, ...(data === undefined ? {} : { data }) };
  expect((await api.call(person, 'POST', `/v1/cases/${caseId}/events`, sent)).status).toBe(200);
};
/** A payout that legal and a lead have approved. */
const approved = async (): Promise<string> => {
  const data = { amount: yuan(20_000) };
  const { body } = await api.call('adjuster', 'POST', '/v1/cases', { definition: loose.id, data });
  await event('adjuster', body.caseId, 'propose');
  const approval = await api.approvalOf(body.caseId);
  for (let step = 0; step < 2; step += 1) {
    const { taskId, assignee } = await api.openSeat(approval);
    expect(await api.approve(assignee ?? '', taskId)).toBe(200);
  }
  return body.caseId;
};
const stateOf = async (caseId: string) => (await getCase(api.store, { tenant, caseId }))?.state;

test('as it was approved it is paid', async () => {
  const caseId = await approved();
  await event('finance', caseId, 'release');
  expect((await stateOf(caseId))?.machine.states).toEqual(['paid']);
});

test('changed since, it is not', async () => {
  const caseId = await approved();
  await event('adjuster', caseId, 'amend', { amount: yuan(20_001) });
  await event('finance', caseId, 'release');
  const state = await stateOf(caseId);
  expect(state?.machine.states).toEqual(['paying']);
  expect(state?.incidents).toMatchObject([{ kind: 'service', code: 'APPROVAL_STALE', status: 'open' }]);
  const { type, read } = (await wholeTrail(api.store, { tenant, caseId })).at(-1) ?? {};
  expect([type, read?.actorId]).toEqual(['release', 'finance']);
  expect(JSON.stringify(read?.after.changed)).toContain('"APPROVAL_STALE"');
});
