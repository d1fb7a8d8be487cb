import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createPartyPort, createPaymentPort, createPolicyPort } from '../../activities/ports/create-ports.ts';
import { MappingError, parseMapping } from '../../activities/ports/http-mapping-file.ts';
import { paymentPortSpec } from '../../activities/ports/payment-http.ts';
import { policyPortSpec } from '../../activities/ports/policy-http.ts';
import { documentedMapping, secrets } from './documented-mappings.ts';

const good = documentedMapping('policy');

/** What is said of the documented mapping after one change. */
const problemsOf = (
  from: string | RegExp,
  to: string,
  {
    text = good,
    spec = policyPortSpec as Parameters<typeof parseMapping>[2],
    env = secrets as NodeJS.ProcessEnv,
  } = {},
): { said: string; line: number } => {
  const changed = text.replace(from, to);
  if (changed === text) throw new Error('nothing was changed');
  const [before = ''] = text.split(from);
  try {
    parseMapping(changed, 'policy.yaml', spec, env);
  } catch (error) {
    if (error instanceof MappingError) return { said: error.message, line: before.split('\n').length };
    throw error;
  }
  throw new Error('nothing was wrong');
};

describe('a mapping file', () => {
  test('as documented is read, for each port, from a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'caseloom-mappings-'));
    for (const port of ['policy', 'party', 'payment']) {
      writeFileSync(join(folder, `${port}.yaml`), documentedMapping(port));
    }
    const source = (port: string) => ({ mappingFile: join(folder, `${port}.yaml`), env: secrets });
    expect(createPolicyPort(source('policy'))).toHaveProperty('snapshot');
    expect(createPartyPort(source('party'))).toHaveProperty('findSame');
    expect(createPaymentPort(source('payment'), async () => ({ account: '1' }))).toHaveProperty('status');
    expect(() => createPolicyPort(source('nothing'))).toThrow(/nothing\.yaml: cannot be read/);
    expect(() => createPolicyPort(source('party'))).toThrow(/party\.yaml:1: port: /);
    writeFileSync(join(folder, 'huge.yaml'), `${good}#${'x'.repeat(300_000)}`);
    expect(() => createPolicyPort(source('huge'))).toThrow(/larger than/);
    rmSync(folder, { recursive: true });
  });

  test('may be JSON', () => {
    const text = JSON.stringify({
      port: 'payment',
      baseUrl: 'http://127.0.0.1:1/',
      operations: {
        pay: {
          method: 'POST',
          path: '/pay',
          headers: { 'Idempotency-Key': '{effectId}' },
          body: { fen: '{amountMinor}', to: '{account}' },
          answers: { 200: { fields: { outcome: { const: 'paid' }, reference: '/id' } } },
        },
        status: {
          method: 'GET',
          path: '/pay/{effectId}',
          answers: { 200: { fields: { outcome: '/outcome' } } },
        },
      },
    });
    expect(parseMapping(text, 'payment.json', paymentPortSpec, {}).mapping).toMatchObject({
      timeoutMs: 5_000,
      answerBytesMax: 1_000_000,
    });
  });

  test.each<[string, string | RegExp, string, RegExp]>([
    ['a broken line', 'port: policy', 'port: "policy', /policy\.yaml:\d+: /],
    ['an unknown key', 'timeoutMs: 3000', 'timeout: 3000', /:\d+: timeout: unknown key/],
    ['a time-out of an hour', 'timeoutMs: 3000', 'timeoutMs: 3600000', /timeoutMs: /],
    ['plain http to elsewhere', 'https://policies', 'http://policies', /baseUrl: https/],
    ['another scheme', 'https://policies', 'file://policies', /baseUrl: an https address/],
    [
      'a password in the address',
      'https://policies',
      'https://me:MARKED@policies',
      /baseUrl: no name or password/,
    ],
    [
      'a secret in the file',
      'env: POLICY_SYSTEM_TOKEN',
      'env: "Bearer MARKED"',
      /auth\.env: the name of an env/,
    ],
    ['a query in a path', 'path: /policy/{number}', 'path: "/policy/{number}?a=1"', /snapshot\.path: a path/],
    ['a way out of the address', 'path: /policy/{number}', 'path: "/policy/../{number}"', /snapshot\.path: /],
    [
      'an unknown placeholder',
      'mobile: "{phone}"',
      'mobile: "{fone}"',
      /findByPhone\.body: unknown placeholder \{fone\}/,
    ],
    [
      'a request that does not say the date',
      'asOf: "{lossOnCompact}"',
      'asOf: today',
      /snapshot: .*\{lossOn\} or/,
    ],
    [
      'a header of the connection',
      'path: /policy/{number}',
      'path: /policy/{number}\n    headers: { Host: x }',
      /headers/,
    ],
    [
      'a body with a GET',
      'path: /policy/{number}',
      'path: /policy/{number}\n    body: { a: 1 }',
      /body: a GET has no body/,
    ],
    [
      'a field that the port does not have',
      'number: /policyNo',
      'nummer: /policyNo',
      /fields\.nummer: unknown field/,
    ],
    [
      'a field that is missing',
      '          insuredRef: /policy/insured/customerNo\n',
      '',
      /missing field "insuredRef"/,
    ],
    ['one value for a list', /each: \/rows\n +item:\n +fields:/, 'fields:', /a list is expected/],
    [
      'a pointer without its slash',
      'number: /policy/policyNo',
      'number: policyNo',
      /number.*: a JSON pointer/,
    ],
    ['a word that no status has', '404: none', '404: nonne', /answers\.404.*: .*JSON pointer/],
    ['a redirect as an answer', '404: none', '302: none', /answers\.302: an HTTP status/],
    [
      'a modifier in the wrong place',
      'each: /policy/kinds',
      'each: /policy/kinds\n            date: compact',
      /"date" goes with "from"/,
    ],
    ['two ways at once', 'number: /endorseNo', 'number: { from: /endorseNo, const: x }', /exactly one of/],
  ])('is refused for %s, naming the line', (_, from, to, said) => {
    const problem = problemsOf(from, to);
    expect(problem.said).toMatch(said);
    expect(problem.said).not.toContain('MARKED');
    const lines = [...problem.said.matchAll(/^policy\.yaml:(\d+): /gm)].map(([, line]) => Number(line));
    // A missing key is named at what it is missing from, a few lines above.
    expect(lines.some((line) => line <= problem.line + 1 && line > problem.line - 16)).toBe(true);
  });

  test('names the very line of a wrong value, and every wrong one', () => {
    const { said, line } = problemsOf(
      'kind: /policy/car/kind',
      'kind: { from: car }\n              colour: /c',
    );
    const fields = 'operations\\.snapshot\\.answers\\.200\\.fields\\.vehicle\\.fields';
    expect(said.split('\n')).toEqual([
      expect.stringMatching(new RegExp(`^policy\\.yaml:${line}: ${fields}\\.kind\\.from: a JSON pointer`)),
      expect.stringMatching(new RegExp(`^policy\\.yaml:${line + 1}: ${fields}\\.colour: unknown field`)),
    ]);
  });

  test('a payment that does not say its effect id is refused: a repeat would be paid again', () => {
    const { said } = problemsOf('path: /payments/{effectId}\n    body', 'path: /payments\n    body', {
      text: documentedMapping('payment'),
      spec: paymentPortSpec,
    });
    expect(said).toMatch(/operations\.pay: the request must say \{effectId\}/);
  });

  test.each([
    ['is not set', {}],
    ['is not set', { POLICY_SYSTEM_TOKEN: '' }],
    ['is not usable as a header', { POLICY_SYSTEM_TOKEN: 'MARKED\r\nX: y' }],
  ])('is refused where the variable of its secret %s', (problem, env) => {
    const line = good.split('\n').findIndex((text) => text.startsWith('auth:')) + 1;
    const read = () => parseMapping(good, 'policy.yaml', policyPortSpec, env);
    expect(read).toThrow(
      new MappingError(
        `policy.yaml:${line}: auth.env: the environment variable POLICY_SYSTEM_TOKEN ${problem}`,
      ),
    );
  });
});
