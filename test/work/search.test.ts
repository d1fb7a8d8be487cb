import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishDefinition } from '../../db/own/definitions.ts';
import { type Person, putPerson } from '../../db/own/people.ts';
import { openTexts } from '../../db/search/open-texts.ts';
import { searchQuery } from '../../db/search/search-terms.ts';
import { definitionHash } from '../../machines/definition/hash.ts';
import { runtimePart } from '../../machines/definition/runtime-part.ts';
import { DefinitionDocument } from '../../machines/definition/schema.ts';
import type { JsonObject } from '../../machines/kernel/json.ts';
import { startTestApi } from '../support/api.ts';
import { recordsOf } from '../support/records.ts';

// Guarantee: a search finds cases by what every reader sees of them, and by nothing that is personal or for some roles
// only; it shows no case that the reader may not see, and what it finds is recorded.

let api: Awaited<ReturnType<typeof startTestApi>>;
const title = { zh: '例', en: 'Example' };
const text = (extra: object = {}) => ({ title, type: 'string', maxLength: 200, ...extra });
const document = DefinitionDocument.parse({
  $schema: '../../definition/case-definition.v1.json',
  ...{ id: 'searched', version: '1.0.0', kind: 'claim', title, owner: 'handler', calendar: 'always' },
  data: {
    type: 'object',
    properties: {
      name: text({ 'x-personal': true }),
      summary: text(),
      parts: {
        type: 'array',
        maxItems: 5,
        items: { type: 'object', properties: { what: text() }, additionalProperties: false },
      },
      score: text({ 'x-restricted': ['siu'] }),
      inquiry: {
        type: 'object',
        'x-restricted': ['siu'],
        properties: { what: text() },
        additionalProperties: false,
      },
    },
    additionalProperties: false,
  },
  events: {
    change: {
      title,
      by: ['handler'],
      data: { type: 'object', properties: { summary: text() }, additionalProperties: false },
    },
    close: { title, by: ['handler'] },
  },
  machine: {
    initial: 'work',
    states: {
      work: {
        on: {
          change: {
            actions: [{ type: 'assign', set: { summary: { '@expr': 'event.summary', '@lang': 'feel' } } }],
          },
          close: 'closed',
        },
      },
      closed: { type: 'final' },
    },
  },
  tasks: { work: { title, role: 'handler', outcomes: ['close'] } },
  deadlines: {},
  open: { by: ['handler'] },
});
const person = (id: string, roles: string[], extra: Partial<Person> = {}): Person => ({
  ...{ tenant: 'default', id, name: id, status: 'active', roles, departments: [], skills: [] },
  ...{ authority: [], ...extra },
});

beforeAll(async () => {
  api = await startTestApi();
  const content = { document: document as unknown as JsonObject, runtime: runtimePart(document) };
  const { id, version } = document;
  await publishDefinition(api.store, 'default', { id, version, hash: definitionHash(document), ...content });
  await putPerson(api.store, person('writer', ['handler', 'siu']));
});
afterAll(() => api.stop());

const open = async (data: object) => {
  const { status, body } = await api.call('writer', 'POST', '/v1/cases', { definition: 'searched', data });
  expect([status, body.detail]).toEqual([201, undefined]);
  return body as { caseId: string; number: string; tasks: { taskId: string }[] };
};
const found = async (who: string, q: string, list = 'cases') => {
  const view = list === 'tasks' ? '&view=all' : '';
  const { body } = await api.call(who, 'GET', `/v1/${list}?q=${encodeURIComponent(q)}${view}&limit=200`);
  return (body.items as { caseId: string }[]).map(({ caseId }) => caseId);
};

describe('a search', () => {
  it('finds a case, and its task, by any part of a Chinese text, by words, and by a part of a list', async () => {
    const { caseId } = await open({
      ...{ name: '钱七', summary: '追尾后保险杠破裂，申请理赔', parts: [{ what: 'Windscreen' }] },
    });
    for (const q of ['理赔', '保险杠', '杠', '破裂，申请', 'windsc', '理赔 windscreen']) {
      expect([q, await found('handler', q)]).toEqual([q, [caseId]]);
      expect([q, await found('handler', q, 'tasks')]).toEqual([q, [caseId]]);
    }
    for (const q of ['赔偿', 'screen', '理赔 door']) expect([q, await found('handler', q)]).toEqual([q, []]);
  });

  it('follows a case that changes, and finds a number by its beginning and by its last part', async () => {
    const { caseId, number } = await open({ summary: '冰雹砸坏车顶' });
    expect(await found('handler', '冰雹')).toEqual([caseId]);
    const changed = { type: 'change', data: { summary: '高空坠物砸坏车顶' } };
    expect((await api.call('writer', 'POST', `/v1/cases/${caseId}/events`, changed)).status).toBe(200);
    expect(await found('handler', '冰雹')).toEqual([]);
    expect(await found('handler', '坠物')).toEqual([caseId]);
    expect(await found('handler', number)).toEqual([caseId]);
    expect(await found('handler', number.split('-').at(-1) ?? '')).toContain(caseId);
  });

  it('finds nobody by a part of a personal value, and nothing by what is for some roles only', async () => {
    const { caseId } = await open({
      ...{
        name: '欧阳修远',
        summary: '玻璃单独破碎',
        score: '高度可疑SCOREMARK',
        inquiry: { what: '走访INQUIRYMARK' },
      },
    });
    for (const who of ['handler', 'writer', 'auditor']) {
      for (const q of ['欧阳', '修远', 'SCOREMARK', '可疑', 'INQUIRYMARK', '走访']) {
        expect([who, q, await found(who, q)]).toEqual([who, q, []]);
        expect([who, q, await found(who, q, 'tasks')]).toEqual([who, q, []]);
      }
    }
    expect(await found('handler', '欧阳修远')).toEqual([caseId]);
    expect(await found('auditor', '欧阳修远')).toEqual([]);
    expect(await found('auditor', '玻璃')).toEqual([caseId]);
    const stored = api.store.sqlite
      .prepare('SELECT count(*) FROM case_search WHERE case_search MATCH ?')
      .pluck();
    const counts = ['玻璃', '欧阳', 'scoremark'].map((text) => stored.get(searchQuery('default', text)));
    expect(counts).toEqual([1, 0, 0]);
  });

  it('shows no case that the reader may not see', async () => {
    await putPerson(api.store, person('concerned', ['handler']));
    await putPerson(api.store, person('stranger', ['customer']));
    const mine = await open({ summary: '地库进水淹车' });
    const other = await open({ summary: '地库进水' });
    expect((await found('concerned', '地库')).toSorted()).toEqual([mine.caseId, other.caseId].toSorted());
    const recused = { personId: 'concerned', reason: 'Their own' };
    await api.call('compliance', 'POST', `/v1/cases/${mine.caseId}/recusals`, recused);
    expect(await found('concerned', '地库')).toEqual([other.caseId]);
    expect(await found('concerned', '地库', 'tasks')).toEqual([other.caseId]);
    expect(await found('concerned', mine.number)).toEqual([]);
    expect(await found('stranger', '地库')).toEqual([]);

    // A name that stands as a personal value only where the reader may not look, and in another case's open text.
    const named = await open({ name: '诸葛亮', summary: '无' });
    const before = await open({ summary: '诸葛亮来电' });
    expect(await found('concerned', '诸葛亮')).toEqual([named.caseId]);
    await api.call('compliance', 'POST', `/v1/cases/${named.caseId}/recusals`, recused);
    const others = [before.caseId];
    for (let n = 0; n < 2; n++) others.unshift((await open({ summary: `诸葛亮再次来电 ${n}` })).caseId);
    expect(await found('concerned', '诸葛亮')).toEqual(others);
    const pages: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const cursor: string = next === '' ? '' : `&cursor=${next}`;
      const { body } = await api.call(
        'concerned',
        'GET',
        `/v1/cases?q=${encodeURIComponent('诸葛亮')}&limit=1${cursor}`,
      );
      pages.push(...body.items.map(({ caseId }: { caseId: string }) => caseId));
      next = body.next;
    }
    expect(pages).toEqual(others);
  });

  it('is recorded with the cases that it showed and without what was asked; one by number is not', async () => {
    const { caseId, number } = await open({ name: '孙悟空', summary: '轮胎鼓包' });
    const before = recordsOf(api.store).length;
    await found('handler', '鼓包');
    await found('handler', '鼓包', 'tasks');
    await found('handler', '孙悟空');
    await found('handler', number);
    await found('handler', '没有的词');
    const records = recordsOf(api.store).slice(before);
    expect(records.map(({ type, actorId, detail }) => [type, actorId, detail.by, detail.cases])).toEqual([
      ['cases.searched', 'handler', 'text', [caseId]],
      ['tasks.searched', 'handler', 'text', [caseId]],
      ['cases.searched', 'handler', 'personal-value', [caseId]],
    ]);
    expect(JSON.stringify(records)).not.toMatch(/鼓包|孙悟空/);
  });

  it('takes signs that mean something to the index for signs', async () => {
    for (const q of ['"', 'a" OR "b', '*', 'NEAR(x y)', '理赔"*', "';--"]) {
      const { status, body } = await api.call('handler', 'GET', `/v1/cases?q=${encodeURIComponent(q)}`);
      expect([q, status, body.code]).toEqual([q, 200, undefined]);
    }
  });
});

describe('of a case’s data', () => {
  const sealed = { ref: 'pv_1', commitment: 'c'.repeat(64) };
  it('neither a reference, nor what is marked, nor what lies in a marked part is open', () => {
    const schema = {
      type: 'object' as const,
      properties: {
        a: { type: 'string' as const },
        b: { type: 'string' as const, 'x-personal': true },
        c: { $ref: '#/$defs/secret' },
        d: {
          type: 'object' as const,
          'x-restricted': ['siu'],
          properties: { e: { type: 'string' as const } },
        },
      },
      additionalProperties: { type: 'string' as const, 'x-restricted': ['siu'] },
    };
    const root = { $defs: { secret: { type: 'string' as const, 'x-restricted': ['siu'] } } };
    const data = { a: 'open', b: 'clear', c: 'secret', d: { e: 'inner' }, f: 'other', g: sealed };
    expect(openTexts(schema, data, root)).toEqual(['open']);
    expect(openTexts({ type: 'object', properties: { a: {} } }, { a: sealed }, {})).toEqual([]);
  });
});
