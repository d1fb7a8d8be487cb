import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { authenticate } from '../../api/auth.ts';
import { failureResponse } from '../../api/failure-response.ts';
import { newRouter } from '../../api/router.ts';
import { streamRoutes } from '../../api/routes/stream.ts';
import { createServices } from '../../api/services.ts';
import { getPerson, putPerson } from '../../db/own/people.ts';
import { revokeTokens } from '../../db/own/tokens.ts';
import { logSize } from '../../db/read/read-log.ts';
import { startNotified } from './notified.ts';

let world: Awaited<ReturnType<typeof startNotified>>;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
  await world?.stop();
});

const usual = { pollMs: 5, heartbeatMs: 60_000, slowMs: 60_000 };
const start = async (times = usual) => {
  world = await startNotified({ at: '2026-03-02T06:00:00.000Z' });
  const { store, vault, cases, now } = world;
  const stopping = new AbortController();
  // As after a restart: all that a stream knows is in the store and in what the client sends.
  const serve = () => {
    const services = createServices({
      store,
      vault,
      cases,
      now,
      log: () => undefined,
      stopping: stopping.signal,
    });
    const app = newRouter();
    app.onError(failureResponse(services));
    app.use('/v1/*', authenticate(services));
    app.route('/', streamRoutes(services, times));
    return app;
  };
  let app = serve();
  return {
    stopping,
    restart: () => {
      app = serve();
    },
    connect: async (who: string, lastEventId?: string) => {
      const response = await app.request('/v1/stream', {
        headers: {
          authorization: `Bearer ${await world.tokenOf(who)}`,
          ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
        },
      });
      const reader = response.body?.getReader();
      closing.push(async () => {
        await reader?.cancel().catch(() => undefined);
      });
      return { response, next: () => textOf(reader) };
    },
  };
};
const textOf = async (
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
): Promise<string | undefined> => {
  const { done, value } = (await reader?.read()) ?? { done: true };
  return done || value === undefined ? undefined : new TextDecoder().decode(value);
};
const eventsIn = (text: string | undefined) =>
  [...(text ?? '').matchAll(/^id: (\d+)\nevent: entry\ndata: (.*)$/gm)].map(([, place, data]) => ({
    ...JSON.parse(data ?? ''),
    place,
  }));

test('shows what happens in cases in the order of the log, without what stands in the entries', async () => {
  const { connect } = await start();
  await world.openComplaint();
  await world.settle();
  const stream = await connect('handler');
  expect(stream.response.headers.get('content-type')).toContain('text/event-stream');
  expect(await stream.next()).toBe('retry: 2000\n\n');
  // What was there before is not sent without a Last-Event-ID.
  const { caseId, number } = await world.openComplaint();
  await world.settle();
  const text = await stream.next();
  const events = eventsIn(text);
  expect(events[0]).toMatchObject({ subject: caseId, data: { number, seq: 1, type: 'case.opened' } });
  expect(events.map(({ place }) => Number(place))).toEqual(
    events.map(({ data }) => data.logIndex).toSorted((a, b) => a - b),
  );
  expect(text).not.toMatch(/Zhang|13800001111|three months/);
});

test('goes on after Last-Event-ID, also after a restart: nothing twice, nothing left out', async () => {
  const { connect, restart } = await start();
  for (let n = 0; n < 3; n += 1) {
    await world.openComplaint();
  }
  await world.settle();
  const first = await connect('handler', '0');
  await first.next();
  const seen = eventsIn(await first.next());
  expect(seen.length).toBeGreaterThanOrEqual(2);
  const middle = seen[0]?.place ?? '';
  restart();
  const second = await connect('handler', middle);
  await second.next();
  const rest = eventsIn(await second.next());
  expect(rest.map(({ place }) => place)).toEqual(
    seen.filter(({ place }) => Number(place) > Number(middle)).map(({ place }) => place),
  );
});

test('an id that the log does not have is told, one that is none is refused', async () => {
  const { connect } = await start();
  await world.openComplaint();
  await world.settle();
  const ahead = await connect('handler', String((await logSize(world.store, 'default')) + 5));
  expect(await ahead.next()).toContain('event: reset');
  expect((await connect('handler', 'yesterday')).response.status).toBe(422);
});

test('never shows an entry that is not for the reader', async () => {
  const { connect } = await start();
  await world.openComplaint();
  const { caseId } = await world.openComplaint();
  await world.settle();
  world.store.sqlite.exec('drop trigger if exists entries_no_update');
  world.store.sqlite
    .prepare(`update entries set restricted_to = '["siu"]' where case_id = ? and seq = 1`)
    .run(caseId);
  const seqs = async (who: string) => {
    const stream = await connect(who, '0');
    await stream.next();
    await world.openComplaint();
    await world.settle();
    return eventsIn(await stream.next())
      .filter(({ subject }) => subject === caseId)
      .map(({ data }) => data.seq);
  };
  const readable = await seqs('siu');
  expect(readable).toContain(1);
  expect(await seqs('handler')).toEqual(readable.filter((seq) => seq !== 1));
});

test('ends when a right or a token is taken away, before the next event', async () => {
  const { connect } = await start();
  const roles = await connect('handler');
  const token = await connect('adjuster');
  await roles.next();
  await token.next();
  const handler = await getPerson(world.store, 'default', 'handler');
  if (!handler) {
    throw new Error('There is no handler');
  }
  await putPerson(world.store, { ...handler, roles: [] });
  await revokeTokens(world.store, 'default', 'adjuster');
  await world.openComplaint();
  await world.settle();
  expect(await roles.next()).toBeUndefined();
  expect(await token.next()).toBeUndefined();
  expect((await connect('handler')).response.status).toBe(404);
});

test('beats while nothing happens, and ends with the process', async () => {
  const { connect, stopping } = await start({ ...usual, heartbeatMs: 20 });
  const stream = await connect('handler');
  await stream.next();
  expect(await stream.next()).toBe(': still here\n\n');
  stopping.abort();
  let last = await stream.next();
  while (last === ': still here\n\n') {
    last = await stream.next();
  }
  expect(last).toBeUndefined();
});

test('a consumer that takes nothing is dropped, and holds one batch until then', async () => {
  const { connect } = await start({ ...usual, slowMs: 30 });
  const stream = await connect('handler', '0');
  for (let n = 0; n < 3; n += 1) {
    await world.openComplaint();
    await world.settle();
  }
  await expect
    .poll(async () => {
      await delay(10);
      return stream.next().then(
        () => 'taken',
        () => 'dropped',
      );
    })
    .toBe('dropped');
});

test('of one person’s streams the oldest ends once there are too many', async () => {
  const { connect } = await start();
  const streams = [];
  for (let n = 0; n < 11; n += 1) {
    const stream = await connect('handler');
    await stream.next();
    streams.push(stream);
  }
  expect(await streams[0]?.next()).toBeUndefined();
});
