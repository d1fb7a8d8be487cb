import { createRoute, z } from '@hono/zod-openapi';
import { logSize } from '../../db/read/read-log.ts';
import { authenticate } from '../auth.ts';
import { eventStream, type StreamTimes } from '../event-stream.ts';
import { createLogWatch } from '../log-watch.ts';
import { requireStaff } from '../people-rights.ts';
import { Condition } from '../problem.ts';
import { newRouter, on, type Router } from '../router.ts';
import { readProblems } from '../schemas/common.ts';
import type { Services } from '../services.ts';

const usualTimes: StreamTimes = { pollMs: 200, heartbeatMs: 15_000, slowMs: 30_000 };
/** Streams of one person; with one more, the oldest ends. */
const streamsMax = 10;

const stream = createRoute({
  method: 'get',
  path: '/v1/stream',
  summary: 'What happens in cases, as server-sent events in the order of the log',
  description:
    'Each event is a CloudEvents 1.0 object about an entry of a case that you may see; what stands in the entry is ' +
    'read behind it. Its id is the place in the log: send it as `Last-Event-ID` to go on after it, also after a ' +
    'restart. Without one the stream begins with the next entry. `event: reset` says that the id sent is not in the log.',
  tags: ['Audit'],
  request: {
    headers: z.object({ 'last-event-id': z.string().max(40).optional() }),
  },
  responses: {
    200: { description: 'Events', content: { 'text/event-stream': { schema: z.string() } } },
    ...readProblems,
  },
});

export const streamRoutes = (services: Services, times = usualTimes): Router => {
  const { store } = services;
  const watch = createLogWatch(store, times.pollMs);
  const open = new Map<string, AbortController[]>();
  const again = authenticate(services);
  const router = newRouter();

  on(router, stream, async (c) => {
    const { tenant, id } = requireStaff(c.get('person'));
    const asked = c.req.header('last-event-id') ?? '';
    if (asked !== '' && !/^\d{1,15}$/.test(asked)) {
      throw new Condition('INPUT_INVALID', '`Last-Event-ID` is the id of an event of this stream.');
    }
    const end = (await logSize(store, tenant)) - 1;
    const isAhead = asked !== '' && Number(asked) > end;

    const closing = new AbortController();
    const key = JSON.stringify([tenant, id]);
    const own = [...(open.get(key) ?? []), closing];
    own.slice(0, -streamsMax).forEach((oldest) => {
      oldest.abort();
    });
    open.set(key, own.slice(-streamsMax));

    const body = eventStream({
      ...{ services, watch, times, tenant },
      afterIndex: asked === '' || isAhead ? end : Number(asked),
      opening: `retry: 2000\n\n${isAhead ? 'event: reset\ndata: {}\n\n' : ''}`,
      reader: async () => {
        await again(c, async () => undefined);
        return requireStaff(c.get('person'));
      },
      signal: AbortSignal.any([
        closing.signal,
        c.req.raw.signal,
        ...(services.stopping ? [services.stopping] : []),
      ]),
      onEnd: () => {
        const left = (open.get(key) ?? []).filter((each) => each !== closing);
        if (left.length === 0) {
          open.delete(key);
        } else {
          open.set(key, left);
        }
      },
    });
    return c.body(body, 200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
    });
  });
  return router;
};
