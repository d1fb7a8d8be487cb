import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { ChannelMessage } from '../../activities/channels/channel.ts';
import { createPersonRound } from '../../activities/relay-notices.ts';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import { putPreferences } from '../../db/own/notifications-preferences.ts';
import { getCase } from '../../db/read/get-case.ts';
import { shippedLadder } from '../../machines/library/notification/index.ts';
import approvalAsked from '../../machines/library/notification/templates/approval-asked.json' with {
  type: 'json',
};
import { type Browser, openBrowser } from '../sign-in/browser.ts';
import { recordsOf } from '../support/records.ts';
import { type ApprovalApi, startApprovalApi } from './approval-api.ts';

// Guarantee: a message leads who has to decide to the card, and nobody else; fetching its link decides nothing and uses
// nothing up; one decision does; its token stands in the message alone.

const origin = 'http://localhost:3000';
const hourMs = 3_600_000;
// A Monday morning in China.
let nowMs = Date.UTC(2026, 2, 2, 2);
let api: ApprovalApi;
const stops: (() => Promise<void>)[] = [];
const sent: ChannelMessage[] = [];

beforeEach(async () => {
  nowMs = Date.UTC(2026, 2, 2, 2);
  sent.length = 0;
  api = await startApprovalApi({ now: () => nowMs });
  stops.push(api.stop);
  for (const person of ['legal', 'manager']) {
    await readsMail(person);
  }
});
const readsMail = (person: string): Promise<unknown> =>
  putPreferences(
    api.store,
    embeddedTenant,
    person,
    { lang: 'en', channels: ['email'], addresses: { email: `${person}@example.com` } },
    { actorId: person, atMs: nowMs },
  );
afterAll(async () => {
  for (const stop of stops) await stop();
});

/** Sends what is due; the text of the messages that went out. */
const send = async (): Promise<ChannelMessage[]> => {
  const from = sent.length;
  const round = createPersonRound({
    ...{ store: api.store, vault: api.vault, ladder: shippedLadder, guard: { allow: [] } },
    channels: {
      email: async (message) => {
        sent.push(message);
      },
    },
    publicUrl: origin,
    now: () => nowMs,
  });
  nowMs += 5_000;
  while ((await round()) > 0);
  return sent.slice(from);
};
const linkIn = ({ body }: ChannelMessage): string => /https?:\/\/\S+/.exec(body)?.[0] ?? '';
const pathOf = (link: string): string => link.slice(origin.length);

const asked = async (amount = 20_000) => {
  const made = await api.proposed(amount, { clause: '§ 12' });
  const messages = await send();
  const message = messages[0] as ChannelMessage;
  const person = message.address.replace('@example.com', '');
  return { ...made, message, person, link: pathOf(linkIn(message)) };
};

const asPage = { headers: { accept: 'text/html' } };
const browser = (): Browser => openBrowser(api.app, origin);
/** A browser that opens the link and signs in as this person, as it is led. */
const opens = async (
  link: string,
  person: string,
): Promise<[Browser, Awaited<ReturnType<Browser['get']>>]> => {
  const visitor = browser();
  const page = await visitor.get(link, asPage);
  const next = new URL(page.at, origin).searchParams.get('next') ?? '';
  return [visitor, await visitor.post('/sign-in/demo', { form: { person, next }, ...asPage })];
};
const formOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g)].map(
      ([, name = '', value = '']) => [name, value],
    ),
  );
const decide = (visitor: Browser, approval: string, text: string, answer: object = { answer: 'approve' }) =>
  visitor.post(`/approvals/${approval}`, { form: { ...formOf(text), ...answer }, ...asPage });
const refusals = () =>
  recordsOf(api.store)
    .filter(({ type }) => type === 'approval-link.refused')
    .map(({ actorId, detail }) => `${actorId} ${detail.code}`);
const refusedAnswers = (approval: string) =>
  recordsOf(api.store)
    .filter(({ type, subject }) => type === 'command.refused' && subject.id === approval)
    .map(({ actorId, detail }) => `${actorId} ${detail.code}`);
const stepOf = async (caseId: string) =>
  (await getCase(api.store, { tenant: embeddedTenant, caseId }))?.state.signing?.approval.step;

describe('the message to who has to decide', () => {
  test('has a link that leads over the sign-in to the card, and one decision uses it up', async () => {
    const { approval, link, person, message } = await asked();
    expect(link).toMatch(/^\/approvals\/links\/[A-Za-z0-9_-]{43}$/);
    expect(message.subject).toContain('To be decided by you');
    const [visitor, card] = await opens(link, person);
    expect([card.status, card.at]).toEqual([200, '/approvals/link']);
    expect(card.text).toContain('Approval of the payout');
    const done = await decide(visitor, approval, card.text);
    expect(done.at).toBe(`/approvals/${approval}?done=1`);
    expect(await stepOf(approval)).toBe('amount');
    const again = await visitor.get(link, asPage);
    expect([again.status, again.text.includes('has been used')]).toEqual([410, true]);
    expect(again.text).toContain(`href="/approvals/${approval}"`);
    expect(refusals()).toEqual([`${person} LINK_USED`]);
    const notices = await api.call(person, 'GET', '/v1/notifications');
    expect(notices.body.items[0]).toMatchObject({ readAt: expect.any(String) });
  });

  test('is fetched by a scanner as often as it likes: nothing is decided, used up or recorded', async () => {
    const { approval, link, person } = await asked();
    for (const method of ['GET', 'HEAD', 'GET']) {
      const answer = await api.app.request(link, { method });
      expect(answer.status).toBe(303);
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      // Where it leads does not hold the token, so no page, history or referrer does.
      expect(answer.headers.get('location')).toBe('/approvals/link');
    }
    expect((await api.app.request(link, { method: 'POST' })).status).toBeGreaterThanOrEqual(400);
    expect(await stepOf(approval)).toBe('legal');
    const [, card] = await opens(link, person);
    expect(card.text).toContain('value="approve"');
    expect(refusals()).toEqual([]);
  });

  test('holds the only copy of the token', async () => {
    const { link, person } = await asked();
    const token = link.split('/').at(-1) ?? '';
    await opens(link, person);
    const tables = api.store.sqlite
      .prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
      .all() as { name: string }[];
    const rows = tables.flatMap(({ name }) => api.store.sqlite.prepare(`select * from "${name}"`).all());
    const texts = rows.flatMap((row) =>
      Object.values(row as object).map((value) =>
        Buffer.isBuffer(value) ? value.toString('latin1') : String(value),
      ),
    );
    expect(texts.some((text) => text.includes('approval-asked'))).toBe(true);
    expect(texts.some((text) => text.includes(token))).toBe(false);
    expect(JSON.stringify(api.logged)).not.toContain(token);
  });
});

describe('the link', () => {
  test('403: is nobody else’s, and that they tried is recorded; the person’s own goes on', async () => {
    const { approval, link, person } = await asked();
    const [visitor, refused] = await opens(link, 'manager');
    expect([refused.status, refused.text.includes('for somebody else')]).toEqual([403, true]);
    expect(refused.text).not.toContain(approval);
    expect(refusals()).toEqual(['manager LINK_NOT_YOURS']);
    const card = await visitor.get(`/approvals/${approval}`, asPage);
    expect(card.text).not.toContain('name="link"');
    const [, own] = await opens(link, person);
    expect(own.text).toContain('value="approve"');
  });

  test('410: expires, and leads to the card as it is', async () => {
    const { approval, link, person } = await asked();
    nowMs += 72 * hourMs;
    const [visitor, late] = await opens(link, person);
    expect([late.status, late.text.includes('has expired')]).toEqual([410, true]);
    expect(late.text).toContain(`href="/approvals/${approval}"`);
    expect(refusals()).toEqual([`${person} LINK_EXPIRED`]);
    expect((await visitor.get(`/approvals/${approval}`, asPage)).text).toContain('value="approve"');
  });

  test('410: is good for the content that was there when it was sent', async () => {
    const { claim, approval, link, person } = await asked();
    const [visitor, card] = await opens(link, person);
    const amend = { type: 'amend', data: { amount: { amount: 30_000_00, currency: 'CNY' } } };
    expect((await api.call('adjuster', 'POST', `/v1/cases/${claim}/events`, amend)).status).toBe(200);
    // The approval was cancelled, and another asked for: the page that is open decides nothing.
    const late = await decide(visitor, approval, card.text);
    expect(late.text).toContain('Read it again');
    expect(refusedAnswers(approval)).toEqual([`${person} STALE`]);
    const gone = await visitor.get('/approvals/link', asPage);
    expect([gone.status, gone.text.includes('What was to be signed has changed')]).toEqual([410, true]);
    expect(refusals()).toEqual([`${person} LINK_CHANGED`]);
    const current = await api.approvalOf(claim);
    expect(current).not.toBe(approval);
    expect(gone.text).toContain(`href="/approvals/${current}"`);
  });

  test('stays good where the answer was refused, and a form of another link or site is none', async () => {
    const { approval, link, person } = await asked();
    const [visitor, card] = await opens(link, person);
    const refused = await decide(visitor, approval, card.text, { answer: 'reject' });
    expect(refused.text).toContain('Say why.');
    expect((await visitor.get('/approvals/link', asPage)).status).toBe(200);
    const forged = await decide(visitor, approval, card.text, { answer: 'approve', link: 'f'.repeat(64) });
    expect(forged.at).toContain('error=LINK_USED');
    expect(refusedAnswers(approval).at(-1)).toMatch(/ LINK_USED$/);
    const elsewhere = await visitor.post(`/approvals/${approval}`, {
      form: { ...formOf(card.text), answer: 'approve' },
      headers: { origin: 'http://evil.example', accept: 'text/html' },
    });
    expect(elsewhere.status).toBe(403);
    expect(await stepOf(approval)).toBe('legal');
    const [again, shown] = await opens(link, person);
    expect((await decide(again, approval, shown.text)).at).toContain('done=1');
  });

  test('404: with a token that is none of ours', async () => {
    await asked();
    for (const token of ['a'.repeat(43), 'short', '%00']) {
      const [, page] = await opens(`/approvals/links/${token}`, 'legal');
      expect([page.status, page.text.includes('no link of ours')]).toEqual([404, true]);
    }
  });
});

test('who takes a seat is not told that it waits for them; whom it is given to is', async () => {
  const { approval } = await api.proposed(20_000);
  const { taskId } = await api.openSeat(approval);
  await send();
  const verb = (name: string, body: object) => api.call('legal', 'POST', `/v1/tasks/${taskId}/${name}`, body);
  expect((await verb('release', {})).status).toBe(200);
  expect((await verb('claim', {})).status).toBe(200);
  const told = api.store.sqlite.prepare("select count(*) n from notifications where rule = 'approval-asked'");
  expect(told.get()).toEqual({ n: 1 });
  const until = new Date(nowMs + hourMs).toISOString();
  expect(await verb('delegate', { to: 'manager', until })).toMatchObject({
    status: 403,
    body: { code: 'ROLE_REQUIRED' },
  });
  const lawyer = { personId: 'lawyer', name: 'lawyer', roles: ['legal'] };
  expect((await api.call('admin', 'POST', '/v1/people', lawyer)).status).toBe(201);
  await readsMail('lawyer');
  expect((await verb('delegate', { to: 'lawyer', until })).status).toBe(200);
  expect((await send()).map(({ address }) => address)).toEqual(['lawyer@example.com']);
});

test('the message says which version of the company’s own text it has', async () => {
  const own = { ...approvalAsked, version: 2 };
  const put = await api.call('admin', 'PUT', '/v1/notifications/templates/approval-asked', own);
  expect(put.status).toBe(200);
  await api.proposed(20_000);
  const versions = "select template_version v from notifications where rule = 'approval-asked'";
  expect(api.store.sqlite.prepare(versions).pluck().all()).toEqual([2]);
});

test('what the person has done or lost by then is not sent', async () => {
  const { approval } = await api.proposed(20_000);
  const { taskId, assignee } = await api.openSeat(approval);
  expect(await api.approve(assignee ?? '', taskId)).toBe(200);
  const messages = await send();
  expect(messages.map(({ address }) => address)).toEqual([]);
});
