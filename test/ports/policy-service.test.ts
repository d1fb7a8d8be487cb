import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generatePolicyBook } from '../../activities/ports/generated-policies.ts';
import { policyAsOfSchema } from '../../activities/ports/policy.ts';
import { createPolicyDouble } from '../../activities/ports/policy-double.ts';
import { createPolicySnapshotService } from '../../activities/ports/policy-service.ts';
import { hashOfTerms, policySnapshot } from '../../activities/ports/policy-snapshot.ts';
import type { Json } from '../../machines/kernel/json.ts';

const { policies } = generatePolicyBook({ policies: 200 });
const service = createPolicySnapshotService(createPolicyDouble(policies));
const motor = policies.find(
  ({ product, endorsements, coverages }) =>
    product === 'motor' && endorsements.length === 0 && coverages.length >= 3,
);
if (!motor) throw new Error('no motor policy');
const { number: policyNumber, period } = motor;

test('a case learns the terms, their hash and the outer limits, and no personal value', async () => {
  const answer = (await service({ input: { policyNumber, lossOn: period.fromOn } })) as {
    [key: string]: Json;
  };
  const limits = motor.coverages.map(({ limit }) => limit.amount);
  const deductibles = motor.coverages.map(({ deductible }) => deductible.amount);
  expect(answer).toMatchObject({
    found: true,
    inForce: true,
    limit: { amount: Math.max(...limits), currency: 'CNY' },
    deductible: { amount: Math.min(...deductibles), currency: 'CNY' },
  });
  expect(answer.snapshot).toBe(`sha256:${hashOfTerms(answer.terms as never)}`);
  for (const value of Object.values(motor.personal)) {
    expect(JSON.stringify(answer)).not.toContain(value);
  }
});

test('a policy that was not in force has no limit; an unknown one is not found', async () => {
  const early = `${Number(period.fromOn.slice(0, 4)) - 1}${period.fromOn.slice(4)}`.replace('02-29', '02-28');
  expect(await service({ input: { policyNumber, lossOn: early } })).toMatchObject({
    found: true,
    inForce: false,
    limit: null,
    deductible: null,
    terms: { standing: 'before-inception' },
  });
  expect(await service({ input: { policyNumber: 'GEN-X', lossOn: '2026-01-01' } })).toEqual({ found: false });
});

test.each<[string, Json]>([
  ['no number', { lossOn: '2026-01-01' }],
  ['no date', { policyNumber, lossOn: null }],
  ['a date that does not exist', { policyNumber, lossOn: '2026-02-30' }],
  ['nothing', null],
])('is refused for %s', async (_, input) => {
  await expect(service({ input })).rejects.toMatchObject({ code: 'PORT_INPUT_INVALID', retryable: false });
});

test('gives the shipped claim definition every field that it reads', async () => {
  const text = readFileSync(new URL('../../machines/library/claim/1.0.0.json', import.meta.url), 'utf8');
  const { states } = JSON.parse(text).machine.states.open.states.lifecycle;
  const { invoke } = states['policy-lookup'];
  const answer = await service({ input: { policyNumber, lossOn: period.fromOn } });
  expect(Object.keys(invoke.input).sort()).toEqual(['lossOn', 'policyNumber']);
  const read = [...JSON.stringify(invoke.onDone).matchAll(/event\.(\w+)/g)].map(([, field = '']) => field);
  // `historical` is what an imported case gets, which asks nobody.
  for (const field of read.filter((name) => name !== 'historical')) {
    expect(answer).toHaveProperty(field);
  }
  expect(read).toContain('snapshot');
});

test('the largest terms that a policy system may answer fit an entry with room to spare', () => {
  const money = { amount: Number.MAX_SAFE_INTEGER, currency: 'CNY' };
  const on = '2026-01-01';
  const policy = policyAsOfSchema.parse({
    number: 'n'.repeat(60),
    product: 'property',
    period: { fromOn: on, toOn: '2026-12-31' },
    insuredRef: 'r'.repeat(60),
    coverages: Array.from({ length: 40 }, () => ({
      code: 'c'.repeat(40),
      title: { zh: '险'.repeat(60), en: 'e'.repeat(60) },
      limit: money,
      deductible: money,
      coinsuranceBasisPoints: 10_000,
      fromOn: on,
      increasedOn: on,
    })),
    endorsements: Array.from({ length: 100 }, () => ({
      number: 'e'.repeat(60),
      kind: 'increase',
      issuedOn: on,
      effectiveOn: on,
    })),
    personal: { insuredName: '名' },
  });
  const { terms } = policySnapshot(policy, policy.number, on);
  expect(Buffer.byteLength(JSON.stringify(terms))).toBeLessThan(48_000);
});
