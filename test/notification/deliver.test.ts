import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, test } from 'vitest';
import type { ChannelMessage } from '../../activities/channels/channel.ts';
import { createEmailChannel } from '../../activities/channels/email.ts';
import { createDeliver } from '../../activities/deliver.ts';
import { createTellPeople } from '../../activities/deliver-to-people.ts';
import { PortFailure } from '../../activities/ports/port-failure.ts';
import { startRelay } from '../../activities/relay.ts';
import { startNoticeRelay } from '../../activities/relay-notices.ts';
import { excludedFacet } from '../../db/case-facets.ts';
import { deliveriesOfNotification } from '../../db/own/notifications-deliveries.ts';
import { caseFacets, laterRungs } from '../../db/schema/index.ts';
import { shippedLadder } from '../../machines/library/notification/index.ts';
import { hourMs, startNotified } from './notified.ts';

type Notified = Awaited<ReturnType<typeof startNotified>>;
let world: Notified;
afterEach(() => world?.stop());

// A Monday, 10:00 in China; a complaint is to be acknowledged within 24 hours and decided within 15 days.
const monday = '2026-03-02T02:00:00.000Z';

const keeping = () => {
  const sent: ChannelMessage[] = [];
  return {
    sent,
    email: async (message: ChannelMessage) => {
      sent.push(message);
    },
  };
};
const address = (personId: string) => ({
  channels: ['email'] as const,
  addresses: { email: `${personId}@insurer.example` },
});
const sendEvent = async (who: string, caseId: string, type: string, data?: object) => {
  const { status, body } = await world.call(who, 'POST', `/v1/cases/${caseId}/events`, { type, data });
  expect([type, status, body.code]).toEqual([type, 200, undefined]);
};
/** Lets what is due at an instant fall due, and carries out all that follows. */
const at = async (caseId: string, instant: string, who = 'handler') => {
  world.setTime(instant);
  await sendEvent(who, caseId, 'contact', { how: 'phone' });
  await world.settle();
};

describe('a promise to the customer', () => {
  test('is told by its title to who gave it and who leads them as its time goes by, and their lists show it', async () => {
    world = await startNotified({ at: monday });
    const { caseId, tasks } = await world.openComplaint();
    await world.call('handler', 'POST', `/v1/tasks/${tasks[0].taskId}/claim`, {});
    const promised = await world.call('handler', 'POST', `/v1/cases/${caseId}/promises`, {
      ...{ dueAt: '2026-03-02T06:00:00.000Z', text: 'I call' },
    });
    expect(promised.status).toBe(200);
    const told = async () =>
      (await world.notices()).flatMap(({ rule, toldAs, personId, facts }) =>
        'title' in facts && JSON.stringify(facts.title).includes('Promise')
          ? [[rule, toldAs, toldAs === 'owner' ? personId : '', facts.percent]]
          : [],
      );
    await at(caseId, '2026-03-02T04:00:00.000Z');
    expect(await told()).toEqual([]);
    await at(caseId, '2026-03-02T05:00:00.000Z');
    expect(await told()).toEqual([
      ['three-quarters', 'owner', 'handler', 75],
      ['three-quarters', 'lead', '', 75],
    ]);
    await at(caseId, '2026-03-02T06:00:01.000Z');
    const later = (await told()).slice(2).map(([rule]) => rule);
    expect(later).toEqual(['ninety', 'breach']);
    for (const personId of new Set((await world.notices()).map((notice) => notice.personId))) {
      const { status, body } = await world.call(personId, 'GET', '/v1/notifications');
      expect([personId, status]).toEqual([personId, 200]);
      expect(body.items.map(({ subject }: { subject: string }) => subject).join()).not.toContain('@promise');
    }
  });
});

describe('the ladder, from the clock to the person', () => {
  test('at 75 % the superior is told in the morning’s digest where quiet hours were broken by nothing', async () => {
    const mail = keeping();
    world = await startNotified({ at: monday, channels: { email: mail.email } });
    await world.prefer('complaints-manager', { ...address('cm'), channels: ['email'] });
    const { caseId, number } = await world.openComplaint();
    // 22:00 in China: quiet. Half of the time was shown, and told to nobody.
    await at(caseId, '2026-03-02T14:00:00.000Z');
    expect(await world.notices()).toEqual([]);
    await at(caseId, '2026-03-02T20:30:00.000Z');
    expect(await world.notices('complaints-manager')).toMatchObject([
      { personId: 'complaints-manager', rule: 'three-quarters', status: 'digest', caseNumber: number },
    ]);
    expect(mail.sent).toEqual([]);
    world.setTime('2026-03-03T00:44:59.000Z');
    await world.settle();
    expect(mail.sent).toEqual([]);
    world.setTime('2026-03-03T00:45:00.000Z');
    await world.settle();
    await world.settle();
    expect(mail.sent).toHaveLength(1);
    expect(mail.sent[0]).toMatchObject({ address: 'cm@insurer.example', subject: 'Today: 0 due, 0 at risk' });
    expect(mail.sent[0]?.body).toContain(`- ${number} Acknowledgement 75% 2026-03-03 10:00`);
    const rows = await world.notices('complaints-manager');
    expect(rows.map(({ kind, status }) => [kind, status])).toEqual([
      ['notice', 'digested'],
      ['digest', 'sent'],
    ]);
  });

  test('a message names the case by its number, in the reader’s language, with the one next action', async () => {
    const mail = keeping();
    world = await startNotified({ at: '2026-03-02T06:00:00.000Z', channels: { email: mail.email } });
    await world.prefer('complaints-manager', { ...address('cm'), channels: ['email'], lang: 'zh' });
    const { caseId, number } = await world.openComplaint();
    // 09:00 the next day: 19 of 24 hours.
    await at(caseId, '2026-03-03T01:00:00.000Z');
    expect(mail.sent).toHaveLength(1);
    const [message] = mail.sent;
    expect(message?.subject).toBe(`案件 ${number}：回执 已用 75%`);
    expect(message?.body).toMatch(/2026-03-03 14:00/);
    expect(message?.body).toMatch(
      /https:\/\/caseloom\.example\.com\/cases\/[^ \n]+notification=n-[0-9a-f]{32}/,
    );
    expect(JSON.stringify(mail.sent)).not.toMatch(/Zhang|13800001111|three months/);
  });

  test('two within four hours: the second waits for the digest; the customer’s letters go where they went', async () => {
    const mail = keeping();
    world = await startNotified({ at: '2026-03-02T06:00:00.000Z', channels: { email: mail.email } });
    await world.prefer('complaints-manager', { ...address('cm'), channels: ['email'] });
    const { caseId } = await world.openComplaint();
    await at(caseId, '2026-03-03T01:00:00.000Z'); // 75 % of the acknowledgement
    await at(caseId, '2026-03-03T04:00:00.000Z'); // 90 %, three hours later
    const byRule = async (rule: string) => [
      ...new Set((await world.notices()).filter((each) => each.rule === rule).map(({ status }) => status)),
    ];
    expect(await byRule('three-quarters')).toEqual(['sent']);
    expect(await byRule('ninety')).toEqual(['digest']);
    await at(caseId, '2026-03-03T06:30:00.000Z'); // the breach, more than four hours after the one that was sent
    expect((await world.notices('complaints-manager')).at(-1)).toMatchObject({
      rule: 'breach',
      status: 'sent',
    });
    expect(mail.sent).toHaveLength(2); // both to the complaints manager
    await sendEvent('agent', caseId, 'register', {});
    await sendEvent('handler', caseId, 'acknowledge');
    await world.settle();
    expect(world.letters.map(({ template, to }) => [template, to])).toEqual([
      ['complaint-acknowledged', { customer: true }],
    ]);
    // Acknowledged since: what the digest was to tell of it is over, and only shown.
    world.setTime('2026-03-04T00:45:00.000Z');
    await world.settle();
    expect(await byRule('ninety')).toEqual(['shown']);
  });

  test('a limit of the regulator breaks quiet hours; missed, it goes to compliance, and a day later to the head', async () => {
    const mail = keeping();
    world = await startNotified({ at: monday, channels: { email: mail.email } });
    await world.prefer('compliance', { ...address('compliance'), channels: ['email'] });
    await world.prefer('complaints-manager', { ...address('cm'), channels: ['email'] });
    const { caseId } = await world.openComplaint();
    await sendEvent('agent', caseId, 'register', {});
    await sendEvent('handler', caseId, 'acknowledge');
    await sendEvent('handler', caseId, 'accept', { severity: 'P2', cause: 'delay' });
    // The fifteenth day ends on a Tuesday at midnight.
    world.setTime('2026-03-17T16:00:01.000Z');
    await sendEvent('handler', caseId, 'contact', { how: 'phone' });
    await world.settle();
    const told = (await world.notices('compliance')).filter(({ facts }) => facts.deadline === 'decision');
    expect(told).toMatchObject([{ rule: 'breach', urgent: true, status: 'sent' }]);
    expect(mail.sent.some(({ address: to }) => to === 'compliance@insurer.example')).toBe(true);
    const waiting = await world.store.read((db) => db.select().from(laterRungs).all());
    expect(waiting).toMatchObject([{ rule: 'law-breach-next-day', status: 'waiting' }]);
    world.setTime('2026-03-18T16:00:00.000Z');
    await world.settle();
    const heads = (await world.notices()).filter(({ rule }) => rule === 'law-breach-next-day');
    expect(heads).toMatchObject([
      { personId: 'complaints-manager', toldAs: 'department-head', urgent: true },
    ]);
  });

  test('the worker’s own loops do it by themselves, and stop', async () => {
    const mail = keeping();
    world = await startNotified({ at: '2026-03-02T06:00:00.000Z' });
    await world.prefer('complaints-manager', { ...address('cm'), channels: ['email'] });
    const { caseId } = await world.openComplaint();
    world.setTime('2026-03-03T01:00:00.000Z');
    await sendEvent('handler', caseId, 'contact', { how: 'phone' });
    const { store, vault, now } = world;
    const parts = {
      ...{ vault, now, ladder: shippedLadder, channels: { email: mail.email }, guard: { allow: [] } },
      publicUrl: 'https://caseloom.example.com',
    };
    const tellPeople = createTellPeople(store, { ladder: shippedLadder, now, gatherMs: 0 });
    const letters = { send: async () => ({ letterId: '' }) };
    const relay = startRelay(store, createDeliver(store, letters, { tellPeople }), () => undefined);
    const said: string[] = [];
    const notices = startNoticeRelay({ store, ...parts }, (line) => said.push(line));
    await expect.poll(() => mail.sent.length).toBeGreaterThan(0);
    await Promise.all([relay.stop(), notices.stop()]);
    expect(said).toEqual([]);
    expect(mail.sent.map((each) => each.address)).toEqual(['cm@insurer.example']);
  });

  test('the same row twice makes no second message', async () => {
    world = await startNotified({ at: '2026-03-02T06:00:00.000Z' });
    const { caseId } = await world.openComplaint();
    await at(caseId, '2026-03-03T01:00:00.000Z');
    const before = await world.notices();
    expect(before.length).toBeGreaterThan(0);
    world.store.sqlite.prepare(`update outbox set status = 'pending', next_at_ms = 0`).run();
    await world.settle();
    expect(await world.notices()).toEqual(before);
  });
});

describe('mail', () => {
  let server: SMTPServer | undefined;
  afterEach(async () => {
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
    server = undefined;
  });
  const startMail = async ({ refuse }: { refuse?: (to: string) => number | undefined } = {}) => {
    const received: { to: string[]; text: string }[] = [];
    server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onRcptTo: ({ address: to }, _session, done) => {
        const responseCode = refuse?.(to);
        done(responseCode === undefined ? null : Object.assign(new Error('no'), { responseCode }));
      },
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const to = session.envelope.rcptTo.map(({ address: each }) => each);
          received.push({ to, text: Buffer.concat(chunks).toString('utf8') });
          done(null);
        });
      },
    });
    const port = await new Promise<number>((resolve) => {
      const listening = server?.listen(0, '127.0.0.1', () => {
        const bound = listening?.address();
        resolve(typeof bound === 'object' && bound !== null ? bound.port : 0);
      });
    });
    return { received, port };
  };
  const message: ChannelMessage = {
    ...{ deliveryId: 'n-1.email', address: 'lead@insurer.example', short: 's' },
    ...{ subject: 'Case CL-1: 75 %', body: '案件 CL-1' },
  };
  const channelAt = (port: number, timeoutMs = 2_000) =>
    createEmailChannel({ url: `smtp://127.0.0.1:${port}`, from: 'Caseloom <c@insurer.example>', timeoutMs });

  test('goes to a real server as plain text, known by its Message-ID, to one address whatever stands in it', async () => {
    const { received, port } = await startMail();
    await channelAt(port)(message);
    expect(received[0]?.to).toEqual(['lead@insurer.example']);
    expect(received[0]?.text).toMatch(/^Message-ID: <n-1\.email@caseloom>$/m);
    expect(received[0]?.text).toMatch(/^Content-Type: text\/plain/m);
    await expect(channelAt(port)({ ...message, address: 'a@b.example, c@d.example' })).rejects.toBeInstanceOf(
      PortFailure,
    );
    expect(received).toHaveLength(1);
  });

  test('that is refused for good is not tried again; a server that is busy or away is', async () => {
    const { port } = await startMail({ refuse: (to) => (to.startsWith('gone') ? 550 : 451) });
    await expect(channelAt(port)({ ...message, address: 'gone@insurer.example' })).rejects.toMatchObject({
      code: 'PORT_REFUSED',
      retryable: false,
    });
    await expect(channelAt(port)(message)).rejects.toMatchObject({
      code: 'PORT_UNAVAILABLE',
      retryable: true,
    });
    await expect(channelAt(1)(message)).rejects.toMatchObject({ code: 'PORT_UNAVAILABLE', retryable: true });
  });

  test('with the server down for an hour: every message arrives once it is back, once each, and its row tells', async () => {
    const { port: closed } = await startMail();
    await new Promise<void>((resolve) => server?.close(() => resolve()));
    let email = channelAt(closed, 500);
    world = await startNotified({
      at: '2026-03-02T06:00:00.000Z',
      channels: { email: (each) => email(each) },
    });
    await world.prefer('complaints-manager', { ...address('cm'), channels: ['email'] });
    const { caseId } = await world.openComplaint();
    await at(caseId, '2026-03-03T01:00:00.000Z');
    const [notice] = await world.notices('complaints-manager');
    const deliveries = async () =>
      deliveriesOfNotification(world.store, {
        tenant: 'default',
        notificationId: notice?.notificationId ?? '',
      });
    expect(await deliveries()).toMatchObject([
      { status: 'pending', attempts: 1, lastErrorCode: 'PORT_UNAVAILABLE' },
    ]);
    for (let minute = 0; minute < 60; minute += 1) {
      world.advance(60_000);
      await world.settle();
    }
    const [down] = await deliveries();
    expect(down).toMatchObject({ status: 'pending', lastErrorCode: 'PORT_UNAVAILABLE' });
    expect(down?.attempts).toBeGreaterThan(8);
    expect(down?.attempts).toBeLessThan(15);
    const { received, port } = await startMail();
    email = channelAt(port);
    world.advance(hourMs / 4);
    await world.settle();
    expect(await deliveries()).toMatchObject([{ status: 'delivered', lastErrorCode: null }]);
    world.advance(24 * hourMs);
    await world.settle();
    expect(received.filter(({ text }) => text.includes(`<${down?.deliveryId}@caseloom>`))).toHaveLength(1);
  });
});

describe('whoever is taken out of a case', () => {
  test('gets and sees no message about it any more, not even those that wait; another is told', async () => {
    const mail = keeping();
    world = await startNotified({ at: monday, channels: { email: mail.email } });
    await world.prefer('complaints-manager', { ...address('cm'), channels: ['email'] });
    const { caseId } = await world.openComplaint();
    await at(caseId, '2026-03-02T20:30:00.000Z'); // kept for the digest
    const list = async () => (await world.call('complaints-manager', 'GET', '/v1/notifications')).body.items;
    expect(await list()).toHaveLength(1);
    await world.store.write((db) =>
      db
        .insert(caseFacets)
        .values({
          ...{ tenant: 'default', caseId, facet: excludedFacet('complaints-manager') },
          ...{ openedAt: monday, dueSort: monday },
        })
        .run(),
    );
    world.setTime('2026-03-03T00:45:00.000Z');
    await world.settle();
    expect(mail.sent).toEqual([]);
    expect(await list()).toEqual([]);
    expect((await world.call('complaints-manager', 'GET', '/v1/notifications/counts')).body.unread).toBe(0);
    world.setTime('2026-03-03T02:00:01.000Z'); // the breach
    await sendEvent('agent', caseId, 'register', {});
    await world.settle();
    const told = (await world.notices())
      .filter(({ rule }) => rule === 'breach')
      .map(({ personId }) => personId);
    expect(told.length).toBeGreaterThan(0);
    expect(told).not.toContain('complaints-manager');
  });
});
