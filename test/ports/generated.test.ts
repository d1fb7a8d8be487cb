import { describe, expect, test } from 'vitest';
import { generatePolicyBook } from '../../activities/ports/generated-policies.ts';
import { partySchema } from '../../activities/ports/party.ts';
import { policyAsOfSchema, policySummarySchema } from '../../activities/ports/policy.ts';
import { asOf } from '../../activities/ports/policy-book.ts';
import { summaryOf } from '../../activities/ports/policy-double.ts';
import { policySnapshot } from '../../activities/ports/policy-snapshot.ts';
import { civilDate, dayNumber } from '../../machines/kernel/civil-date.ts';

const book = generatePolicyBook();

describe('made-up policies', () => {
  test('are a thousand, the same for the same seed and others for another', () => {
    expect(book.policies).toHaveLength(1_000);
    expect(generatePolicyBook()).toEqual(book);
    expect(generatePolicyBook({ seed: 'other' })).not.toEqual(book);
    expect(new Set(book.policies.map(({ number }) => number)).size).toBe(1_000);
    expect(new Set(book.parties.map(({ ref }) => ref)).size).toBe(book.parties.length);
  });

  test('are what the ports promise, on every date that matters', () => {
    for (const party of book.parties) partySchema.parse(party);
    const refs = new Set(book.parties.map(({ ref }) => ref));
    for (const policy of book.policies) {
      expect(refs).toContain(policy.insuredRef);
      policySummarySchema.parse(summaryOf(policy));
      const { fromOn, toOn } = policy.period;
      for (const { effectiveOn } of policy.endorsements) {
        expect(effectiveOn > fromOn && effectiveOn <= toOn).toBe(true);
      }
      const changes = policy.endorsements.map(({ effectiveOn }) => effectiveOn);
      for (const on of [
        civilDate(dayNumber(fromOn) - 1),
        fromOn,
        ...changes,
        toOn,
        civilDate(dayNumber(toOn) + 1),
      ]) {
        policySnapshot(policyAsOfSchema.parse(asOf(policy, on)), policy.number, on);
      }
    }
  });

  test('are mostly motor, in CNY, with every kind of change', () => {
    const products = Object.groupBy(book.policies, ({ product }) => product);
    expect(products.motor?.length).toBeGreaterThan(500);
    for (const product of ['property', 'accident', 'health'] as const) {
      expect(products[product]?.length).toBeGreaterThan(50);
    }
    const kinds = new Set(book.policies.flatMap(({ endorsements }) => endorsements.map(({ kind }) => kind)));
    expect([...kinds].sort()).toEqual(['add', 'cancel', 'increase', 'remove']);
    const currencies = book.policies.flatMap(({ coverages }) => coverages.map(({ limit }) => limit.currency));
    expect(new Set(currencies)).toEqual(new Set(['CNY']));
  });

  test('can be nobody’s: names, numbers, phones, plates and ID numbers are marked', () => {
    for (const { personal, generated } of book.parties) {
      expect(generated).toBe(true);
      expect(personal.name).toMatch(/（生成）$/);
      expect(personal.phone).toMatch(/^12\d{9}$/);
      if (personal.idNumber !== undefined)
        expect(personal.idNumber.slice(0, 8)).toMatch(/^(999999|91999999)/);
    }
    for (const { number, personal, generated } of book.policies) {
      expect(generated).toBe(true);
      expect(number).toMatch(/^GEN-[MPAH]\d\d-\d{6}$/);
      if (personal.plate !== undefined) expect(personal.plate).toMatch(/^.[A-D]·I\d{4}$/);
      if (personal.vin !== undefined) expect(personal.vin).toMatch(/^LGENQ\w{12}$/);
    }
  });
});
