import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generatePolicyBook } from '../../activities/ports/generated-policies.ts';
import { parseMapping } from '../../activities/ports/http-mapping-file.ts';
import type { Party, PartyPort } from '../../activities/ports/party.ts';
import { createPartyDouble } from '../../activities/ports/party-double.ts';
import { createHttpPartyPort, partyPortSpec } from '../../activities/ports/party-http.ts';
import type { JsonObject } from '../../machines/kernel/json.ts';
import { localMapping, secrets } from './documented-mappings.ts';
import { type LocalServer, localServer, type Received, type Reply } from './local-server.ts';

const { parties } = generatePolicyBook();
const register = createPartyDouble(parties);

/** A register with the same parties in a foreign shape. */
const foreignRegister = async ({ method, url, headers, body }: Received): Promise<Reply> => {
  if (headers['x-api-key'] !== 'customer-secret-2') return { status: 401 };
  if (method === 'POST' && url === '/api/customers/match') {
    const { name, idNo, mobile } = body as { name?: string; idNo?: string; mobile?: string };
    const matches = await register.findSame({ name, idNumber: idNo, phone: mobile });
    const hits = matches.map(({ ref, certainty }) => ({
      customerNo: ref,
      level: certainty === 'certain' ? 1 : 2,
    }));
    return { status: 200, body: { hits: hits.toReversed() } };
  }
  const ref = decodeURIComponent(/^\/api\/customers\/([^/]+)$/.exec(url)?.[1] ?? '');
  const party = parties.find((one) => one.ref === ref);
  return party ? { status: 200, body: foreign(party) } : { status: 404 };
};

const foreign = ({ ref, kind, personal }: Party): JsonObject => ({
  customerNo: ref,
  type: kind === 'person' ? '1' : '2',
  name: personal.name,
  idNo: personal.idNumber ?? null,
  mobile: personal.phone ?? null,
  ...(personal.address === undefined ? {} : { address: personal.address }),
  testData: 'Y',
});

let system: LocalServer;
beforeAll(async () => {
  system = await localServer(foreignRegister);
});
afterAll(() => system.close());

const ports: [string, () => PartyPort][] = [
  ['the double', () => createPartyDouble(parties)],
  [
    'the HTTP adapter',
    () =>
      createHttpPartyPort(
        parseMapping(localMapping('party', system.url), 'party.yaml', partyPortSpec, secrets),
      ),
  ],
];

/** A person known twice; with or without the ID number the second time. */
const knownTwice = (withIdNumber: boolean): [Party, Party] => {
  for (const [index, again] of parties.entries()) {
    const original = parties[index - 7];
    const isAgain = (index + 1) % 30 === 0 && original?.personal.name === again.personal.name;
    if (original && isAgain && (again.personal.idNumber !== undefined) === withIdNumber)
      return [original, again];
  }
  throw new Error('nobody is known twice');
};

describe.each(ports)('the party port, as %s', (_, create) => {
  let port: PartyPort;
  beforeAll(() => {
    port = create();
  });

  test('gets a party by its reference, and nobody by an unknown one', async () => {
    const [first] = parties;
    expect(await port.get(first?.ref ?? '')).toEqual(first);
    expect(await port.get('GEN-P99999')).toBeUndefined();
  });

  test('the same ID number is the same person for certain', async () => {
    const [original, again] = knownTwice(true);
    const idNumber = original.personal.idNumber?.toLowerCase();
    expect(await port.findSame({ idNumber })).toEqual([
      { ref: original.ref, certainty: 'certain' },
      { ref: again.ref, certainty: 'certain' },
    ]);
  });

  test('the same name and phone are likely the same person, certain ones first', async () => {
    const [original, again] = knownTwice(false);
    const { name, idNumber, phone } = original.personal;
    expect(await port.findSame({ name, idNumber, phone: `+86${phone}` })).toEqual([
      { ref: original.ref, certainty: 'certain' },
      { ref: again.ref, certainty: 'likely' },
    ]);
  });

  test('another ID number is another person, whatever name and phone say', async () => {
    const [original, again] = knownTwice(false);
    const { name, phone } = original.personal;
    const found = await port.findSame({ name, phone, idNumber: '999999199001011234' });
    expect(found).toEqual([{ ref: again.ref, certainty: 'likely' }]);
  });

  test('a name alone, a phone alone and nothing find nobody', async () => {
    const { name, phone } = parties[1]?.personal ?? {};
    expect(await port.findSame({ name })).toEqual([]);
    expect(await port.findSame({ phone })).toEqual([]);
    expect(await port.findSame({})).toEqual([]);
  });
});

test('a register that answers with somebody else is refused', async () => {
  const [, other] = parties as [Party, Party];
  const wrong = await localServer(() => ({ status: 200, body: foreign(other) }));
  const port = createHttpPartyPort(
    parseMapping(localMapping('party', wrong.url), 'party.yaml', partyPortSpec, secrets),
  );
  await expect(port.get('GEN-P00001')).rejects.toMatchObject({
    code: 'PORT_ANSWER_INVALID',
    retryable: false,
  });
  await wrong.close();
});
