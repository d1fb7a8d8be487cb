import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { ChannelMessage } from '../../activities/channels/channel.ts';
import { createDingTalkChannel } from '../../activities/channels/dingtalk.ts';
import { createSmsChannel } from '../../activities/channels/sms.ts';
import { createWeComChannel } from '../../activities/channels/wecom.ts';

let server: Server | undefined;
afterEach(() => server?.close());

const gateway = async (answer: object, status = 200) => {
  const seen: { url: URL; headers: IncomingMessage['headers']; body: string }[] = [];
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const url = new URL(request.url ?? '', 'http://gateway');
    seen.push({ url, headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
};
const message: ChannelMessage = {
  ...{ deliveryId: 'n-1.x', address: 'zhang.wei', subject: 's', body: 'b', short: '案件 CL-1 已用 75%' },
};
const now = () => 1_772_431_200_123;

test('DingTalk: timestamp and secret are signed as its robots ask, and the person is mentioned', async () => {
  const { seen, url } = await gateway({ errcode: 0, errmsg: 'ok' });
  const send = createDingTalkChannel({ url: `${url}/robot/send?access_token=t`, secret: 'SEC1', now });
  await send(message);
  await send({ ...message, address: '13800001111' });
  const [first, second] = seen;
  expect(first?.url.searchParams.get('access_token')).toBe('t');
  expect(first?.url.searchParams.get('timestamp')).toBe('1772431200123');
  expect(first?.url.searchParams.get('sign')).toBe(
    createHmac('sha256', 'SEC1').update('1772431200123\nSEC1').digest('base64'),
  );
  expect(JSON.parse(first?.body ?? '')).toEqual({
    msgtype: 'text',
    text: { content: '@zhang.wei 案件 CL-1 已用 75%' },
    at: { atUserIds: ['zhang.wei'], isAtAll: false },
  });
  expect(JSON.parse(second?.body ?? '').at).toEqual({ atMobiles: ['13800001111'], isAtAll: false });
});

test('WeCom: the robot’s key stands in its address, and the person is mentioned', async () => {
  const { seen, url } = await gateway({ errcode: 0 });
  await createWeComChannel({ url: `${url}/cgi-bin/webhook/send?key=k` })(message);
  expect(seen[0]?.url.search).toBe('?key=k');
  expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
    msgtype: 'text',
    text: { content: '案件 CL-1 已用 75%', mentioned_list: ['zhang.wei'] },
  });
});

test('SMS: a signed post with the same id for each try', async () => {
  const { seen, url } = await gateway({});
  const key = Buffer.from('a key of thirty-two bytes, or so.');
  const send = createSmsChannel({ url, secret: `whsec_${key.toString('base64')}`, now });
  await send({ ...message, address: '+8613800001111' });
  const { headers = {}, body = '' }: Partial<(typeof seen)[0]> = seen[0] ?? {};
  expect(JSON.parse(body)).toEqual({ id: 'n-1.x', to: '+8613800001111', text: '案件 CL-1 已用 75%' });
  expect(headers['webhook-signature']).toBe(
    `v1,${createHmac('sha256', key).update(`n-1.x.1772431200.${body}`).digest('base64')}`,
  );
});

test.each([
  [200, { errcode: 130101 }, 'PORT_UNAVAILABLE', true],
  [200, { errcode: 310000 }, 'PORT_REFUSED', false],
  [200, {}, 'PORT_ANSWER_INVALID', false],
  [502, {}, 'PORT_UNAVAILABLE', true],
  [404, {}, 'PORT_REFUSED', false],
])('a gateway that answers %i %o: %s', async (status, answer, code, retryable) => {
  const { url } = await gateway(answer, status);
  const send = createDingTalkChannel({ url, secret: 's', now });
  await expect(send(message)).rejects.toMatchObject({ code, retryable });
});
