import { afterAll, beforeAll, expect, test } from 'vitest';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import { publishDefinition } from '../../db/own/definitions.ts';
import { definitionHash } from '../../machines/definition/hash.ts';
import { runtimePart } from '../../machines/definition/runtime-part.ts';
import { DefinitionDocument } from '../../machines/definition/schema.ts';
import type { JsonObject } from '../../machines/kernel/json.ts';
import { type ApprovalApi, startApprovalApi } from '../approval/approval-api.ts';
import { payout } from '../approval/payout.ts';
import { feel } from '../kernel/case-driver.ts';
import { openBrowser } from '../sign-in/browser.ts';

// Guarantee: a card shows the documents and the objections of the cases that its definition names beside the asking one,
// as far as its reader may see them, and calls the values of a list by their titles.

const title = (zh: string, en: string) => ({ zh, en });
const settlement = payout.approvals?.settlement as NonNullable<NonNullable<typeof payout.approvals>[string]>;
const { properties } = payout.data as { properties: object };

const matter = DefinitionDocument.parse({
  ...{ id: 'matter', version: '1.0.0', kind: 'matter', title: title('案件', 'Matter'), calendar: 'cn' },
  data: { type: 'object', properties: {} },
  open: { by: ['adjuster'] },
  events: {
    object: {
      by: ['adjuster'],
      data: {
        type: 'object',
        properties: {
          against: {
            type: 'array',
            items: {
              type: 'object',
              properties: {
                department: { type: 'string' },
                why: { type: 'string', 'x-personal': true },
              },
            },
          },
        },
      },
    },
  },
  machine: { initial: 'open', states: { open: { on: { object: { actions: [] } } } } },
  documents: {
    form: { title: title('索赔申请书', 'Claim form'), mandatory: true },
    photos: { title: title('照片', 'Photos'), mandatory: true },
    suspicion: { title: title('疑点', 'Suspicion'), 'x-restricted': ['siu', 'manager'] },
  },
});

const share = DefinitionDocument.parse({
  ...payout,
  id: 'share',
  data: {
    ...payout.data,
    properties: {
      ...properties,
      cover: {
        title: title('险别', 'Cover'),
        enum: ['hull', 'contents'],
        'x-titles': { hull: title('车损', 'Vehicle damage') },
      },
      advice: {
        title: title('意见', 'Advice'),
        type: 'object',
        properties: {
          outcomes: {
            title: title('结论', 'Outcomes'),
            type: 'array',
            items: { enum: ['offer'], 'x-titles': { offer: title('赔付', 'Pay') } },
          },
        },
      },
    },
  },
  approvals: {
    settlement: {
      ...settlement,
      subject: { ...(settlement.subject as object), cover: feel('data.cover'), advice: feel('data.advice') },
      card: {
        documents: ['part-of'],
        objections: {
          ...{ through: ['part-of'], event: 'object', list: 'against' },
          titles: { legal: title('法务', 'Legal department') },
        },
        green: feel('true'),
      },
    },
  },
});

let api: ApprovalApi;
beforeAll(async () => {
  api = await startApprovalApi();
  for (const document of [matter, share]) {
    const { id, version } = document;
    await publishDefinition(api.store, embeddedTenant, {
      ...{ id, version, hash: definitionHash(document) },
      document: document as unknown as JsonObject,
      runtime: runtimePart(document),
    });
  }
});
afterAll(() => api.stop());

const opened = async (definition: string, data: object = {}) => {
  const { status, body } = await api.call('adjuster', 'POST', '/v1/cases', { definition, data });
  expect(status).toBe(201);
  return body as { caseId: string; number: string };
};
const event = async (caseId: string, type: string, data?: object) => {
  const sent = { type, ...(data === undefined ? {} : { data }) };
  expect((await api.call('adjuster', 'POST', `/v1/cases/${caseId}/events`, sent)).status).toBe(200);
};
/** A proposal that is part of a matter, and its approval. */
const proposed = async () => {
  const whole = await opened('matter');
  const amount = { amount: 900_00, currency: 'CNY' };
  const part = await opened('share', { amount, cover: 'hull', advice: { outcomes: ['offer'] } });
  const link = { type: 'link', rel: 'part-of', caseId: whole.caseId } as const;
  await api.cases.send(
    { tenant: embeddedTenant, caseId: part.caseId },
    { ...link, id: `${part.caseId}.linked`, facts: { actor: { id: 'system', roles: ['system'] } } },
    { deadlineMs: Number.POSITIVE_INFINITY },
  );
  await event(part.caseId, 'propose');
  return { whole, part, approval: await api.approvalOf(part.caseId) };
};
const cardOf = async (person: string, approval: string, lang: 'zh' | 'en' = 'en') => {
  const visitor = openBrowser(api.app, 'http://localhost:3000');
  await visitor.post('/sign-in/demo', { form: { person } });
  const asPage = { headers: { accept: 'text/html' } };
  const { text } = await visitor.get(`/approvals/${approval}?lang=${lang}`, asPage);
  return text.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
};
const holdOf = async (approval: string) => {
  const { body } = await api.call('legal', 'GET', '/v1/approvals');
  return body.items.find(({ caseId }: { caseId: string }) => caseId === approval)?.hold;
};

test('the documents of the case that it is part of are evidence, but for those marked for others', async () => {
  const { whole, part, approval } = await proposed();
  await api.addDocument(whole.caseId, 'form');
  await api.addDocument(whole.caseId, 'suspicion');
  await api.addDocument(part.caseId, 'photos');
  const ofManager = await cardOf('manager', approval);
  expect(ofManager).toContain(`Claim form · ${whole.number}`);
  expect(ofManager).toContain(`Photos · ${whole.number} (missing)`);
  expect(ofManager).toContain(`Suspicion · ${whole.number}`);
  const ofLegal = await cardOf('legal', approval);
  expect(ofLegal).toContain(`Claim form · ${whole.number}`);
  expect(ofLegal).not.toContain('Suspicion');
  expect((await api.call('legal', 'GET', `/v1/approvals/${approval}`)).body.asking.documents).toContainEqual({
    ...{ title: title('索赔申请书', 'Claim form'), status: 'received', number: whole.number },
    at: expect.any(String),
  });
});

test('objections are shown by department, with their words for who may read personal values', async () => {
  const { whole, approval } = await proposed();
  await event(whole.caseId, 'object', { against: [{ department: 'siu', why: 'Said before.' }] });
  const against = [
    { department: 'legal', why: 'The salvage is worth more.' },
    { department: 'survey', why: 'The engine is sound.' },
  ];
  await event(whole.caseId, 'object', { against });
  const ofManager = await cardOf('manager', approval);
  expect(ofManager).toMatch(/Legal department · \S+ · [^<]*? The salvage is worth more\./);
  expect(ofManager).toMatch(/survey · \S+ · [^<]*? The engine is sound\./);
  expect(ofManager).not.toContain('Said before.');
  const ofAuditor = await cardOf('auditor', approval);
  expect(ofAuditor).toContain('Legal department');
  expect(ofAuditor).not.toContain('salvage');
});

test('who may not see the other case sees nothing of it', async () => {
  const { whole, part, approval } = await proposed();
  await api.addDocument(whole.caseId, 'form');
  await event(whole.caseId, 'object', { against: [{ department: 'legal', why: 'No.' }] });
  const reason = 'A cousin of the claimant';
  const recusal = { personId: 'legal', because: 'conflict-of-interest', reason };
  expect((await api.call('manager', 'POST', `/v1/cases/${whole.caseId}/recusals`, recusal)).status).toBe(200);
  const { status, body } = await api.call('legal', 'GET', `/v1/approvals/${approval}`);
  const seen = status === 200 ? body.asking : { documents: [], objections: [] };
  expect(JSON.stringify(seen)).not.toContain(whole.number);
  const { body: other } = await api.call('manager', 'GET', `/v1/approvals/${approval}`);
  expect(other.asking).toMatchObject({ number: part.number, objections: [{ number: whole.number }] });
});

test('what the other case misses or objects to keeps it out of a batch', async () => {
  const { whole, part, approval } = await proposed();
  expect(await holdOf(approval)).toBe('CARD_UNREAD');
  await api.addDocument(part.caseId);
  expect(await holdOf(approval)).toBe('CARD_UNREAD');
  await api.addDocument(whole.caseId, 'form');
  await api.addDocument(whole.caseId, 'photos');
  expect(await holdOf(approval)).toBeNull();
  await event(whole.caseId, 'object', { against: [{ department: 'legal', why: 'No.' }] });
  expect(await holdOf(approval)).toBe('CARD_UNREAD');
});

test('values of a list are called by their titles, also inside of what is signed', async () => {
  const { approval } = await proposed();
  expect(await cardOf('legal', approval)).toContain('Cover Vehicle damage Advice · Outcomes Pay');
  expect(await cardOf('legal', approval, 'zh')).toContain('险别 车损 意见 · 结论 赔付');
});
