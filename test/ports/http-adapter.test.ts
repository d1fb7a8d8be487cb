import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { generatePolicyBook } from '../../activities/ports/generated-policies.ts';
import { parseMapping } from '../../activities/ports/http-mapping-file.ts';
import { createHttpPartyPort, partyPortSpec } from '../../activities/ports/party-http.ts';
import { createHttpPolicyPort, policyPortSpec } from '../../activities/ports/policy-http.ts';
import { PortFailure } from '../../activities/ports/port-failure.ts';
import { localMapping, secrets } from './documented-mappings.ts';
import { contract } from './foreign-policy-system.ts';
import { type LocalServer, localServer, type Reply } from './local-server.ts';

const { policies } = generatePolicyBook({ policies: 200 });
const raised = policies.find(({ endorsements }) => endorsements[0]?.kind === 'increase');
if (!raised) throw new Error('No made-up policy with a raise');
const { number } = raised;
const lossOn = raised.period.fromOn;
const plate = '粤B·I9876';

let servers: LocalServer[] = [];
afterEach(async () => {
  await Promise.all(servers.map(({ close }) => close()));
  servers = [];
});

/** The policy port of a system that answers everything like this. */
const answering = async (reply: Reply) => {
  const server = await localServer(() => reply);
  servers.push(server);
  return { server, port: portAt(server.url) };
};
const portAt = (url: string) =>
  createHttpPolicyPort(parseMapping(localMapping('policy', url), 'policy.yaml', policyPortSpec, secrets));

/** The failure of a search by plate, after making sure that it quotes neither the plate nor the secret. */
const failureOf = async (asked: Promise<unknown>): Promise<PortFailure> => {
  const error = await asked.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (!(error instanceof PortFailure)) throw new Error(`no failure of the port: ${String(error)}`);
  const all = `${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`;
  for (const secret of [
    plate,
    'I9876',
    '粤',
    encodeURIComponent('粤'),
    'policy-secret',
    '127.0.0.1',
    'MARKED',
  ]) {
    expect(all).not.toContain(secret);
  }
  return error;
};

describe('an outside system that misbehaves', () => {
  test.each<[string, Reply, string, boolean]>([
    ['never answers', (_response) => undefined, 'PORT_TIMEOUT', true],
    [
      'stops in the middle of its answer',
      (response) => response.writeHead(200, { 'content-length': '99' }).write('{"rows"'),
      'PORT_TIMEOUT',
      true,
    ],
    ['breaks the connection', (response) => response.destroy(), 'PORT_UNAVAILABLE', true],
    ['fails', { status: 500, body: { error: `MARKED ${plate}` } }, 'PORT_UNAVAILABLE', true],
    ['is busy', { status: 429 }, 'PORT_UNAVAILABLE', true],
    ['refuses our secret', { status: 401 }, 'PORT_REFUSED', false],
    ['has no such address', { status: 404 }, 'PORT_REFUSED', false],
    ['answers a status that nobody mapped', { status: 204 }, 'PORT_REFUSED', false],
    [
      'sends no JSON',
      (response) => response.end(`<html>MARKED ${plate}</html>`),
      'PORT_ANSWER_INVALID',
      false,
    ],
    ['sends another shape', { status: 200, body: { result: [plate] } }, 'PORT_ANSWER_INVALID', false],
    ['sends a list of nothing', { status: 200, body: { rows: [null] } }, 'PORT_ANSWER_INVALID', false],
    [
      'sends too much',
      (response) => response.end(JSON.stringify({ rows: [], filler: 'x'.repeat(600_000) })),
      'PORT_ANSWER_TOO_LARGE',
      false,
    ],
  ])('%s', async (_, reply, code, retryable) => {
    const { port } = await answering(reply);
    expect(await failureOf(port.findByPlate(plate))).toMatchObject({
      code,
      retryable,
      port: 'policy',
      operation: 'findByPlate',
    });
  });

  test.each([301, 302, 307, 308])('is not followed elsewhere (%i)', async (status) => {
    const elsewhere = await localServer(() => ({ status: 200, body: { rows: [] } }));
    servers.push(elsewhere);
    const { port } = await answering((response) =>
      response.writeHead(status, { location: elsewhere.url }).end(),
    );
    expect(await failureOf(port.findByPlate(plate))).toMatchObject({
      code: 'PORT_REDIRECTED',
      retryable: false,
      status,
    });
    expect(elsewhere.received).toEqual([]);
  });

  test('is not there', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const address = gone.address();
    await new Promise<void>((resolve) => gone.close(() => resolve()));
    const port = portAt(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`);
    expect(await failureOf(port.findByPlate(plate))).toMatchObject({
      code: 'PORT_UNAVAILABLE',
      retryable: true,
    });
  });

  test.each<[string, (policy: ReturnType<typeof contract>) => void]>([
    ['another policy', (policy) => Object.assign(policy, { policyNo: 'GEN-M25-999999' })],
    ['a product without a name here', (policy) => Object.assign(policy, { productCode: '77' })],
    ['a date that does not exist', (policy) => Object.assign(policy, { startDate: '20260230' })],
    ['a period that ends before it begins', (policy) => Object.assign(policy, { endDate: '20000101' })],
    [
      'a time with an offset',
      (policy) => Object.assign(kindOf(policy), { effectiveTime: `${lossOn}T00:00:00Z` }),
    ],
    ['an amount with a third decimal', (policy) => Object.assign(kindOf(policy), { sumInsured: '1.005' })],
    ['a negative amount', (policy) => Object.assign(kindOf(policy), { sumInsured: '-1.00' })],
    ['no coverages at all', (policy) => Object.assign(policy, { kinds: null })],
  ])('answers a snapshot with %s', async (_, spoil) => {
    const policy = contract(raised, lossOn);
    spoil(policy);
    const { port } = await answering({ status: 200, body: { policy } });
    expect(await failureOf(port.snapshot(number, lossOn))).toMatchObject({
      code: 'PORT_ANSWER_INVALID',
      retryable: false,
    });
  });

  test.each([
    ['the endorsement', 'endorsements'],
    ['the raise', 'kinds'],
  ])('ignores the loss date and answers with a later contract, where only %s tells', async (_, tells) => {
    const effectiveOn = raised.endorsements[0]?.effectiveOn ?? '';
    const later = contract(raised, effectiveOn);
    if (tells === 'kinds') later.endorsements = [];
    if (tells === 'endorsements') later.kinds = contract(raised, lossOn).kinds ?? null;
    const { port } = await answering({ status: 200, body: { policy: later } });
    expect(await port.snapshot(number, effectiveOn)).toBeDefined();
    expect(await failureOf(port.snapshot(number, lossOn))).toMatchObject({ code: 'PORT_ANSWER_INVALID' });
  });
});

const kindOf = ({ kinds }: ReturnType<typeof contract>): object => {
  const first = Array.isArray(kinds) ? kinds[0] : undefined;
  if (typeof first !== 'object' || first === null) throw new Error('no coverage');
  return first;
};

describe('a request', () => {
  test('carries the secret, and personal values in its body only', async () => {
    const { port, server } = await answering({ status: 200, body: { rows: [] } });
    await port.findByPlate(plate);
    expect(server.received).toEqual([
      expect.objectContaining({
        method: 'POST',
        url: '/api/policy/search',
        body: { licenseNo: '粤BI9876' },
      }),
    ]);
    expect(server.received[0]?.headers.authorization).toBe('Bearer policy-secret-1');
  });

  test('leaves out what is not known of a person', async () => {
    const server = await localServer(() => ({ status: 200, body: { hits: [] } }));
    servers.push(server);
    const port = createHttpPartyPort(
      parseMapping(localMapping('party', server.url), 'party.yaml', partyPortSpec, secrets),
    );
    await port.findSame({ idNumber: '999999199001011234' });
    expect(server.received[0]?.body).toEqual({ idNo: '999999199001011234' });
  });

  test.each(['a/../b', '?x=1', '#x', '%2e%2e', 'ü'])('keeps a number in its place: %s', async (odd) => {
    const { port, server } = await answering({ status: 404 });
    expect(await port.snapshot(odd, lossOn)).toBeUndefined();
    expect(server.received[0]?.url).toBe(
      `/api/policy/${encodeURIComponent(odd.toUpperCase())}?asOf=${lossOn.replaceAll('-', '')}`,
    );
  });

  test.each(['', '.', '..', ' .. ', '\ud800', 'x'.repeat(201)])('is not sent at all for %j', async (odd) => {
    const { port, server } = await answering({ status: 404 });
    expect(await failureOf(port.snapshot(odd, lossOn))).toMatchObject({
      code: 'PORT_INPUT_INVALID',
      retryable: false,
    });
    expect(server.received).toEqual([]);
  });
});
