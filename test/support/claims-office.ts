import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import { demoCode } from '../../api/sign-in/demo-code.ts';
import type { Store } from '../../db/open.ts';
import type { Json } from '../../machines/kernel/json.ts';
import { type Browser, openBrowser } from '../sign-in/browser.ts';
import type { TestApi } from './api.ts';
import { recordsOf } from './records.ts';
import { wholeTrail } from './whole-trail.ts';

/** The people of the example organisation at work over HTTP, one command after the other. */
export interface ClaimsOffice {
  /** Sends an event; 200, or the refusal's code. */
  event: (person: string, caseId: string, type: string, given?: Given) => Promise<200 | string>;
  /** What a customer did, as an agent says it. */
  customer: (caseId: string, type: string, data?: object) => Promise<200 | string>;
  paper: (caseId: string, key: string) => Promise<void>;
  /** Has them sign from now on as a demo person in this browser, which has proved a second factor. */
  prove: (person: string) => Promise<Browser>;
  /** Uses a verb on a task; the default approves a seat. */
  sign: (person: string, taskId: string, verb?: string, body?: object) => Promise<200 | string>;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what the answer is expected to hold
  read: (caseId: string, person?: string) => Promise<any>;
  /** Waits until the case is in the state. */
  until: (caseId: string, state: string) => Promise<void>;
  /** Waits for so many cases linked by a relation, and gives their ids in the order of the links. */
  linked: (caseId: string, rel: string, count: number) => Promise<string[]>;
  /** The open seat of a role, once somebody has got it. */
  seat: (approval: string, role: string) => Promise<{ taskId: string; assignee: string }>;
  /** Expects the refusal of what somebody tried. */
  cheat: (person: string, code: string, tried: Promise<200 | string>) => Promise<void>;
  /** Every refusal that is recorded, the oldest first. */
  refusals: () => { person: string; code: string; type: string; subjectId: string }[];
  /**
   * What stands in a case's trail of types, people, states, amounts in minor units and hashes of what is signed; `names`
   * stand for ids of cases and people.
   */
  trail: (caseId: string, names: ReadonlyMap<string, string>) => Promise<string[]>;
}

interface Given {
  data?: object;
  reason?: string;
  onBehalfOf?: object;
}

/** Entries whose place among the others depends on what is quicker outside of the case. */
const besides = ['task.assigned', 'task.reassigned', 'link.added', 'exposure.line'];

/**
 * The amounts and the hashes of what is signed that an entry changes, by where they stand; without the limits of a plan
 * and of a policy, which another day's policy may have otherwise.
 */
const signedFor = (changed: { [pointer: string]: Json }): { changed?: object } => {
  const found = Object.entries(changed)
    .flatMap(([pointer, value]) => leavesOf(value, pointer))
    .filter(([at]) => /\/(amount|subjectHash)$/.test(at) && !/\/(plan|limit|deductible)\//.test(at));
  return found.length === 0 ? {} : { changed: Object.fromEntries(found) };
};

const leavesOf = (value: Json, at: string): [string, Json][] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, item]) => leavesOf(item as Json, `${at}/${key}`))
    : [[at, value]];

export const claimsOffice = (api: Omit<TestApi, 'stop'>, store: Store): ClaimsOffice => {
  const proved = new Map<string, Browser>();
  const read: ClaimsOffice['read'] = async (caseId, person = 'admin') =>
    (await api.call(person, 'GET', `/v1/cases/${caseId}`)).body;
  const post = async (person: string, path: string, body: object): Promise<200 | string> => {
    const answer = await api.call(person, 'POST', path, body);
    return answer.status === 200 ? 200 : answer.body.code;
  };
  const event: ClaimsOffice['event'] = (person, caseId, type, given = {}) =>
    post(person, `/v1/cases/${caseId}/events`, { type, ...given });
  return {
    event,
    read,
    customer: (caseId, type, data) =>
      event('agent', caseId, type, {
        onBehalfOf: { customer: true },
        ...(data === undefined ? {} : { data }),
      }),
    paper: async (caseId, key) => {
      const form = new FormData();
      form.set('file', new File([`%PDF-1.4\n% ${key}\n`], `${key}.pdf`, { type: 'application/pdf' }));
      form.set('key', key);
      const { status } = await api.app.request(`/v1/cases/${caseId}/documents`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await api.tokenOf('agent')}`,
          'idempotency-key': `${caseId}-${key}`,
        },
        body: form,
      });
      expect(status).toBe(200);
    },
    prove: async (person) => {
      const known = proved.get(person);
      if (known) return known;
      const visitor = openBrowser(api.app, 'http://localhost:3000');
      await visitor.post('/sign-in/demo', { form: { person } });
      const code = demoCode(api.vault, person, Date.now());
      const { at } = await visitor.post('/sign-in/demo/code', { form: { code, next: '/account' } });
      expect(at).toBe('/account');
      proved.set(person, visitor);
      return visitor;
    },
    sign: async (person, taskId, verb = 'complete', body = { outcome: 'approve' }) => {
      const path = `/v1/tasks/${taskId}/${verb}`;
      const visitor = proved.get(person);
      if (!visitor) return post(person, path, body);
      const answer = await visitor.post(path, { json: body, headers: { 'idempotency-key': randomUUID() } });
      return answer.status === 200 ? 200 : answer.json.code;
    },
    until: (caseId, state) => expect.poll(async () => (await read(caseId)).states).toContain(state),
    linked: async (caseId, rel, count) => {
      const ids = async (): Promise<string[]> =>
        (await read(caseId)).links.flatMap((link: { rel: string; caseId: string }) =>
          link.rel === rel ? [link.caseId] : [],
        );
      await expect.poll(ids).toHaveLength(count);
      return ids();
    },
    seat: async (approval, role) => {
      const open = async () =>
        (await read(approval)).tasks?.find(
          (task: { status: string; role: string; assignee: string | null }) =>
            task.status === 'open' && task.role === role && task.assignee !== null,
        );
      await expect.poll(open).toBeDefined();
      return open();
    },
    cheat: async (person, code, tried) => {
      expect([person, await tried]).toEqual([person, code]);
    },
    refusals: () =>
      recordsOf(store).flatMap(({ type, actorId, detail, subject }) =>
        type.endsWith('.refused')
          ? [{ person: actorId, code: detail.code, type, subjectId: subject.id }]
          : [],
      ),
    trail: async (caseId, names) => {
      const entries = await wholeTrail(store, { tenant: embeddedTenant, caseId });
      return entries.flatMap(({ type, read: { actorId, onBehalfOfId, after } }) =>
        besides.includes(type)
          ? []
          : [
              JSON.stringify({
                case: names.get(caseId),
                type,
                actor: names.get(actorId) ?? actorId,
                ...(onBehalfOfId === undefined
                  ? {}
                  : { onBehalfOf: names.get(onBehalfOfId) ?? onBehalfOfId }),
                states: after.states,
                ...signedFor(after.changed),
              }),
            ],
      );
    },
  };
};
