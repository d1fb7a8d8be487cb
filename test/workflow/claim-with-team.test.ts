import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPolicyPort } from '../../activities/ports/create-ports.ts';
import { generatePolicyBook } from '../../activities/ports/generated-policies.ts';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import { demoCode } from '../../api/sign-in/demo-code.ts';
import { temporalCases } from '../../api/temporal-cases.ts';
import { getCase } from '../../db/read/get-case.ts';
import { type Approval, signersOf } from '../../machines/kernel/approval/approval.ts';
import type { Json } from '../../machines/kernel/json.ts';
import { ledgerSums } from '../../machines/kernel/ledger.ts';
import { openBrowser } from '../sign-in/browser.ts';
import { type TestApi, testApiOver } from '../support/api.ts';
import { type ClaimsOffice, claimsOffice } from '../support/claims-office.ts';
import { startTestServer, type TestServer } from '../support/temporal.ts';
import { startTestWorker, type TestWorker } from '../support/worker.ts';

// Guarantee: on the real engine and over HTTP, a motor claim of ¥400,000 with a dispute goes from report to payment through
// a team and an approval of four steps by eight people, of whom one is on leave, one lends their seat and one refuses
// first. Whoever cheats is refused, and each refusal is recorded.

let server: TestServer;
let worker: TestWorker;
let api: Omit<TestApi, 'stop'>;
let office: ClaimsOffice;
const paid: Json[] = [];

const dayMs = 86_400_000;
const today = new Date().toISOString().slice(0, 10);
const lossOn = new Date(Date.now() - dayMs).toISOString().slice(0, 10);
const book = { anchorOn: today };

beforeAll(async () => {
  server = await startTestServer({ pragmas: { synchronous: 'NORMAL' } });
  worker = await startTestWorker({
    temporal: server.temporal,
    client: server.client,
    policies: createPolicyPort({ generated: book }),
    payments: {
      pay: async ({ amount }) => {
        paid.push(amount as unknown as Json);
        return { paymentId: `paid-${paid.length}` };
      },
    },
  });
  const cases = temporalCases(worker.client, worker.taskQueue);
  api = await testApiOver({ folder: worker.folder, store: worker.store, cases });
  office = claimsOffice(api, worker.store);
  await addPerson('adjuster-lead', { roles: ['adjuster', 'lead'], superior: 'manager' });
  await addPerson('legal-2', { roles: ['legal'], superior: 'legal' });
}, 60_000);
afterAll(async () => {
  await worker?.stop();
  await server?.stop();
});

const yuan = (amount: number) => ({ amount: amount * 100, currency: 'CNY' });
const addPerson = async (personId: string, fields: object) => {
  const { status } = await api.call('admin', 'POST', '/v1/people', { personId, name: personId, ...fields });
  expect(status).toBe(201);
};
const propose = (person: string, caseId: string, amount: number) =>
  office.event(person, caseId, 'propose', { data: { amount: yuan(amount) } });
const latestApproval = async (caseId: string, count: number) =>
  (await office.linked(caseId, 'approval', count)).at(-1) as string;

const coveredPolicy = (): string =>
  generatePolicyBook(book).policies.find(
    ({ product, period, endorsements, coverages }) =>
      product === 'motor' &&
      endorsements.length === 0 &&
      period.fromOn <= lossOn &&
      lossOn <= period.toOn &&
      coverages.some(({ limit }) => limit.amount >= 100_000_000),
  )?.number ?? '';

let claim = '';
let vehicle = '';
let thirdParty = '';
let team = '';
let signed = '';
const signers = { review: '', lender: '', borrower: '' };

describe('a large motor claim', () => {
  test('is reported, surveyed and estimated; the customer disputes the first offer', async () => {
    const { status, body } = await api.call('agent', 'POST', '/v1/cases', {
      definition: 'claim',
      data: {
        ...{ policyNumber: coveredPolicy(), lossKind: 'motor', lossOn, plate: '沪A12345' },
        description: '高速公路追尾，车头严重受损。',
        reporter: { name: '王小明', phone: '13800000001' },
      },
    });
    expect([status, body.definition?.version]).toEqual([201, '1.1.0']);
    claim = body.caseId;
    expect(await office.event('agent', claim, 'contact', { data: { how: 'phone' } })).toBe(200);
    expect(await office.event('agent', claim, 'verify')).toBe(200);
    await office.until(claim, 'coverage-check');
    expect(await office.event('adjuster', claim, 'cover')).toBe(200);
    const exposures = [
      { coverage: 'vehicle-damage', claimant: 'insured', reserve: yuan(280_000) },
      { coverage: 'third-party-property', claimant: 'third-party', reserve: yuan(20_000) },
    ];
    const route = { data: { route: 'survey', exposures } };
    await office.cheat('adjuster', 'AUTHORITY_EXCEEDED', office.event('adjuster', claim, 'route', route));
    expect(await office.event('manager', claim, 'route', route)).toBe(200);
    for (const caseId of await office.linked(claim, 'part-of', 2)) {
      const { data } = await office.read(caseId);
      if (data.coverage === 'vehicle-damage') vehicle = caseId;
      else thirdParty = caseId;
    }
    expect(
      await office.event('adjuster', claim, 'survey.report', { data: { evidence: ['photos 1-60'] } }),
    ).toBe(200);
    for (const key of ['claim-form', 'identity', 'photos', 'licence']) {
      await office.paper(claim, key);
    }
    for (const [caseId, amount] of [
      [vehicle, 420_000],
      [thirdParty, 20_000],
    ] as const) {
      const data = { amount: yuan(amount), evidence: ['photos 1-60', 'repair quote'] };
      expect(await office.event('adjuster', caseId, 'estimate', { data })).toBe(200);
      expect(await office.event('lead', caseId, 'estimate.agree')).toBe(200);
    }

    expect(await propose('adjuster-lead', vehicle, 280_000)).toBe(200);
    await office.cheat('adjuster-lead', 'FOUR_EYES', office.event('adjuster-lead', vehicle, 'approve'));
    await office.cheat('lead', 'AUTHORITY_EXCEEDED', office.event('lead', vehicle, 'approve'));
    expect(await office.event('manager', vehicle, 'approve')).toBe(200);
    await office.until(vehicle, 'offered');
    expect(await office.customer(vehicle, 'offer.reject', { why: '车辆已推定全损' })).toBe(200);
    await expect.poll(async () => (await office.read(claim)).data.disputed).toBe(true);
  }, 60_000);

  test('split into parts below a limit it is judged by what the claim gets in all', async () => {
    // One yuan more than a manager may approve for the whole claim.
    expect(await propose('adjuster', thirdParty, 20_001)).toBe(200);
    await office.until(thirdParty, 'approving-jointly');
    await office.cheat('manager', 'EVENT_NOT_ALLOWED', office.event('manager', thirdParty, 'approve'));
    const asked = await latestApproval(thirdParty, 1);
    const { taskId, assignee } = await office.seat(asked, 'lead');
    // Edited below the limit, it needs nobody of those who were asked: their answers are stale.
    expect(await propose('adjuster', thirdParty, 20_000)).toBe(200);
    await office.until(asked, 'cancelled');
    await office.cheat(assignee, 'CASE_CLOSED', office.sign(assignee, taskId));
    await office.cheat('lead', 'AUTHORITY_EXCEEDED', office.event('lead', thirdParty, 'approve'));
    expect(await office.event('manager', thirdParty, 'approve')).toBe(200);
    await office.until(thirdParty, 'offered');
    await expect.poll(async () => (await office.read(claim)).data.exposuresDecided).toBe(2);
  }, 60_000);

  test('gets a team of three departments, whose opinion the manager accepts', async () => {
    const convene = { data: { why: 'dispute' } };
    await office.cheat('lead', 'ROLE_REQUIRED', office.event('lead', claim, 'team.convene', convene));
    expect(await office.event('manager', claim, 'team.convene', convene)).toBe(200);
    team = (await office.linked(claim, 'team', 1))[0] as string;
    const members = { lead: 'lead', departments: ['survey', 'legal', 'coverage'], join: 'all' };
    expect(await office.event('manager', team, 'members.set', { data: members })).toBe(200);
    expect(await office.event('lead', team, 'plan.agree', { data: { plan: 'Each within two days.' } })).toBe(
      200,
    );
    const deliver = (person: string, department: string, finding: string) =>
      office.event(person, team, `${department}.deliver`, { data: { finding } });
    expect(await deliver('adjuster', 'survey', 'Total loss.')).toBe(200);
    expect(await deliver('legal', 'legal', 'Clause 12 holds.')).toBe(200);
    expect(await deliver('underwriter', 'coverage', 'Covered.')).toBe(200);
    const opinion = {
      ...{ outcome: 'offer', amount: yuan(400_000), minutes: 'Agreed in the conference.' },
      dissent: [{ department: 'legal', why: 'The salvage is worth more.' }],
    };
    expect(await office.event('lead', team, 'opinion.give', { data: opinion })).toBe(200);
    await office.cheat('lead', 'ROLE_REQUIRED', office.event('lead', team, 'opinion.accept'));
    expect(await office.event('manager', team, 'opinion.accept')).toBe(200);
    await office.until(vehicle, 'adjudicating');
    expect((await office.read(claim)).data.team).toEqual({
      ...{ why: 'dispute', lead: 'lead', outcome: 'offer', amount: yuan(400_000), dissents: 1 },
    });
    await office.cheat('adjuster', 'EVENT_NOT_ALLOWED', propose('adjuster', vehicle, 400_001));
  }, 60_000);

  test('is proposed anew; legal refuses, and it goes back', async () => {
    const recusal = {
      personId: 'legal-2',
      because: 'conflict-of-interest',
      reason: 'A cousin of the customer.',
    };
    expect((await api.call('manager', 'POST', `/v1/cases/${claim}/recusals`, recusal)).status).toBe(200);
    for (const caseId of [claim, vehicle, team]) {
      expect((await api.call('legal-2', 'GET', `/v1/cases/${caseId}`)).status).toBe(404);
    }
    expect(await propose('adjuster', vehicle, 390_000)).toBe(200);
    const first = await latestApproval(vehicle, 1);
    // Whoever changes what is signed has proposed it.
    expect(await propose('adjuster-lead', vehicle, 400_000)).toBe(200);
    await office.until(first, 'cancelled');
    const approval = await latestApproval(vehicle, 2);
    const review = await office.seat(approval, 'lead');
    await office.cheat('adjuster-lead', 'FOUR_EYES', office.sign('adjuster-lead', review.taskId));
    await office.cheat('lead', 'CONFLICT_OF_INTEREST', office.sign('lead', review.taskId));
    // 420,000 with what the other exposure got: above the settlement's limit a password is not enough.
    await office.cheat(
      review.assignee,
      'SECOND_FACTOR_REQUIRED',
      office.sign(review.assignee, review.taskId),
    );
    await office.prove(review.assignee);
    expect(await office.sign(review.assignee, review.taskId)).toBe(200);
    const legal = await office.seat(approval, 'legal');
    await office.cheat('legal-2', 'TASK_UNKNOWN', office.sign('legal-2', legal.taskId));
    const { taskId: coverage } = await office.seat(approval, 'underwriter');
    await office.prove('underwriter');
    expect(await office.sign('underwriter', coverage)).toBe(200);
    const refusal = { outcome: 'reject', reason: 'The dissent is not answered.' };
    await office.cheat(
      'legal',
      'SECOND_FACTOR_REQUIRED',
      office.sign('legal', legal.taskId, 'complete', refusal),
    );
    await office.prove('legal');
    expect(await office.sign('legal', legal.taskId, 'complete', refusal)).toBe(200);
    await office.until(vehicle, 'adjudicating');
  }, 60_000);

  test('the second time all sign, each within their right', async () => {
    // The manager is on leave; who stands in signs by the manager's right, unless they have signed by their own.
    const from = new Date(Date.now() - 60_000).toISOString();
    const until = new Date(Date.now() + dayMs).toISOString();
    const lend = async (person: string, lent: object) =>
      (await api.call(person, 'POST', '/v1/delegations', { from, until, ...lent })).body.code;
    const standIn = { kind: 'substitution', delegateId: 'complaints-manager' };
    expect(await lend('manager', standIn)).toBeUndefined();
    const away = { reason: 'leave', from, until };
    expect((await api.call('manager', 'POST', '/v1/absences', away)).status).toBe(201);
    expect(await lend('manager', { kind: 'delegation', delegateId: 'underwriter' })).toBeUndefined();
    expect(await propose('adjuster-lead', vehicle, 400_000)).toBe(200);
    signed = await latestApproval(vehicle, 3);
    const review = await office.seat(signed, 'lead');
    signers.review = review.assignee;
    await office.prove(review.assignee);
    expect(await office.sign(review.assignee, review.taskId)).toBe(200);

    const { taskId: coverage } = await office.seat(signed, 'underwriter');
    expect(await office.sign('legal', (await office.seat(signed, 'legal')).taskId)).toBe(200);
    await addPerson('legal-b', { roles: ['underwriter'], samePersonAs: 'legal' });
    await office.cheat('legal-b', 'ALREADY_SIGNED', office.sign('legal-b', coverage));
    expect(await office.sign('underwriter', coverage)).toBe(200);

    const { taskId: ofManager, assignee: standsIn } = await office.seat(signed, 'manager');
    expect(standsIn).toBe('complaints-manager');
    await office.cheat('underwriter', 'ALREADY_SIGNED', office.sign('underwriter', ofManager));
    await office.prove('complaints-manager');
    expect(await office.sign('complaints-manager', ofManager)).toBe(200);

    const { taskId: finance, assignee: lender } = await office.seat(signed, 'finance');
    const borrower = lender === 'finance' ? 'finance-2' : 'finance';
    Object.assign(signers, { lender, borrower });
    await office.prove(lender);
    await office.prove(borrower);
    expect(await office.sign(lender, finance, 'delegate', { to: borrower, until })).toBe(200);
    await office.cheat(
      borrower,
      'DELEGATION_CHAINED',
      office.sign(borrower, finance, 'delegate', { to: 'siu', until }),
    );
    expect(await office.sign(borrower, finance)).toBe(200);

    // Nobody lends more than they have, and what is lent reaches no further.
    const { taskId: byAuthority } = await office.seat(signed, 'head-office');
    await office.cheat('manager', 'ROLE_REQUIRED', office.sign('manager', byAuthority));
    const toQa = { kind: 'delegation', delegateId: 'qa' };
    await office.cheat(
      'head-office',
      'DELEGATION_EXCEEDED',
      lend('head-office', { ...toQa, limits: [yuan(2_000_000)] }),
    );
    expect(await lend('head-office', { ...toQa, limits: [yuan(400_000)] })).toBeUndefined();
    // 420,000 with what the other exposure got.
    await office.cheat('qa', 'AUTHORITY_EXCEEDED', office.sign('qa', byAuthority));

    const browser = openBrowser(api.app, 'http://localhost:3000');
    const asked = await browser.get(`/approvals/${signed}`);
    expect(asked.at).toBe(`/sign-in?next=${encodeURIComponent(`/approvals/${signed}`)}`);
    await browser.post('/sign-in/demo', { form: { person: 'head-office', next: `/approvals/${signed}` } });
    const factor = await browser.get(`/approvals/${signed}?lang=en`);
    expect(factor.text).toContain('An amount like this takes a second factor.');
    const stepUp = `/sign-in/step-up?next=${encodeURIComponent(`/approvals/${signed}`)}`;
    expect(factor.text).toContain(`href="${stepUp}"`);
    expect((await browser.get(`${stepUp}&lang=en`)).text).toContain('npx caseloom demo code head-office');
    const code = demoCode(api.vault, 'head-office', Date.now());
    const back = await browser.post('/sign-in/demo/code', { form: { code, next: `/approvals/${signed}` } });
    expect(back.at).toBe(`/approvals/${signed}`);
    const card = await browser.get(`/approvals/${signed}?lang=en`);
    expect(card.status).toBe(200);
    expect(card.text).toContain('CN¥420,000.00');
    expect(card.text).toContain('sent back');
    const field = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(card.text)?.[1] ?? '';
    const form = { key: field('key'), task: field('task'), subject: field('subject'), answer: 'approve' };
    const old = async (): Promise<string> => {
      const { at } = await browser.post(`/approvals/${signed}`, {
        form: { ...form, subject: '0'.repeat(64) },
      });
      return /error=(\w+)/.exec(at)?.[1] ?? at;
    };
    await office.cheat('head-office', 'STALE', old());
    expect((await office.read(signed)).status).toBe('open');
    const done = await browser.post(`/approvals/${signed}`, { form });
    expect(done.at).toBe(`/approvals/${signed}?done=1`);
    await office.until(vehicle, 'offered');
  }, 90_000);

  test('is accepted, and paid by somebody who had no part in approving it', async () => {
    const accepted = async (exposure: string, name: string) => {
      const payee = { name, account: '6222020000000000001' };
      expect(await office.customer(exposure, 'offer.accept', { payee })).toBe(200);
      await office.paper(exposure, 'invoice');
      await office.paper(exposure, 'payee-account');
    };
    await accepted(vehicle, '王小明');
    for (const person of [signers.borrower, signers.lender]) {
      await office.cheat(person, 'FOUR_EYES', office.event(person, vehicle, 'payment.release'));
    }
    expect((await office.seat(vehicle, 'finance')).assignee).toBe('finance-3');
    expect(await office.event('finance-3', vehicle, 'payment.release')).toBe(200);
    await office.until(vehicle, 'settled');
    await expect.poll(async () => (await office.read(claim)).data.exposuresClosed).toBe(1);
    // Of the other exposure finance has approved nothing.
    await accepted(thirdParty, '李雷');
    expect(await office.event(signers.lender, thirdParty, 'payment.release')).toBe(200);
    await office.until(thirdParty, 'settled');
    expect(paid).toEqual([yuan(400_000), yuan(20_000)]);

    await office.until(claim, 'follow-up');
    await office.until(team, 'review');
    const lessons = { data: { lessons: 'Call the expert sooner.' } };
    expect(await office.event('complaints-manager', team, 'review.close', lessons)).toBe(200);
    const satisfied = { data: { satisfied: true, score: 4 } };
    expect(await office.event('qa', claim, 'callback', satisfied)).toBe(200);
    expect((await office.read(claim)).states).toEqual(['closed']);
    const row = await getCase(worker.store, { tenant: embeddedTenant, caseId: claim });
    expect(ledgerSums(row?.state.ledger ?? [])).toMatchObject({
      ...{ reserve: yuan(0), approved: yuan(420_000), paid: yuan(420_000) },
    });
  }, 60_000);

  test('eight people had a part in approving it', async () => {
    const row = await getCase(worker.store, { tenant: embeddedTenant, caseId: signed });
    const approval = row?.state.signing?.approval as Approval;
    expect(approval.plan.steps).toHaveLength(4);
    expect(signersOf(approval).toSorted()).toEqual(
      [
        ...[signers.review, 'underwriter', 'legal', 'manager', 'complaints-manager'],
        ...[signers.lender, signers.borrower, 'head-office'],
      ].toSorted(),
    );
    expect(signersOf(approval)).toHaveLength(8);
  });

  test('every attempt to cheat is recorded, and nothing else was refused', () => {
    const { expected, recorded } = office.refusals();
    expect(recorded).toEqual(expected);
    expect(expected.length).toBeGreaterThan(15);
  });

  test('its cases leave the very trails that were read and agreed to', async () => {
    const cases = new Map([
      [claim, 'claim'],
      [vehicle, 'vehicle'],
      [thirdParty, 'third-party'],
      [team, 'team'],
    ]);
    for (const exposure of [vehicle, thirdParty]) {
      const { links } = await office.read(exposure);
      const asked = links.filter(({ rel }: { rel: string }) => rel === 'approval');
      for (const [n, { caseId }] of asked.entries()) {
        cases.set(caseId, `${cases.get(exposure)} approval ${n + 1}`);
      }
    }
    // Who of several gets a task depends on what else they have.
    const people = new Map([
      ['lead-2', 'another lead'],
      ['lead-3', 'another lead'],
      [signers.lender, 'finance who lends'],
      [signers.borrower, 'finance who borrows'],
    ]);
    const lines: string[] = [];
    for (const caseId of cases.keys()) {
      lines.push(...(await office.trail(caseId, new Map([...cases, ...people]))));
    }
    const file = join(import.meta.dirname, 'claim-with-team.golden.jsonl');
    if (process.env.UPDATE_GOLDEN === '1') {
      writeFileSync(file, `${lines.join('\n')}\n`);
    }
    expect(lines).toEqual(existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []);
  });
});
