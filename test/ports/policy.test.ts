import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generatePolicyBook } from '../../activities/ports/generated-policies.ts';
import { parseMapping } from '../../activities/ports/http-mapping-file.ts';
import type { PolicyPort } from '../../activities/ports/policy.ts';
import type { BookPolicy } from '../../activities/ports/policy-book.ts';
import { createPolicyDouble } from '../../activities/ports/policy-double.ts';
import { createHttpPolicyPort, policyPortSpec } from '../../activities/ports/policy-http.ts';
import { hashOfTerms } from '../../activities/ports/policy-snapshot.ts';
import { civilDate, dayNumber } from '../../machines/kernel/civil-date.ts';
import { localMapping, secrets } from './documented-mappings.ts';
import { foreignPolicySystem } from './foreign-policy-system.ts';
import { type LocalServer, localServer } from './local-server.ts';

const { policies } = generatePolicyBook();
const some = (what: string, is: (policy: BookPolicy) => boolean): BookPolicy => {
  const found = policies.find(is);
  if (!found) throw new Error(`No made-up policy ${what}`);
  return found;
};
const moved = (on: string, days: number): string => civilDate(dayNumber(on) + days);
const plateOf = ({ personal }: BookPolicy): string => personal.plate ?? '';

let system: LocalServer;
beforeAll(async () => {
  system = await localServer(foreignPolicySystem(policies));
});
afterAll(() => system.close());

const ports: [string, () => PolicyPort][] = [
  ['the double', () => createPolicyDouble(policies)],
  [
    'the HTTP adapter',
    () =>
      createHttpPolicyPort(
        parseMapping(localMapping('policy', system.url), 'policy.yaml', policyPortSpec, secrets),
      ),
  ],
];

describe.each(ports)('the policy port, as %s', (_, create) => {
  let port: PolicyPort;
  beforeAll(() => {
    port = create();
  });
  const snapshot = async (policy: BookPolicy, lossOn: string) => {
    const found = await port.snapshot(policy.number, lossOn);
    if (!found) throw new Error('no snapshot');
    return found;
  };

  test('finds a policy by its number, however it is typed', async () => {
    const policy = some('with a plate', (one) => one.personal.plate !== undefined);
    const found = await port.findByNumber(` ${policy.number.toLowerCase()} `);
    expect(found).toEqual([
      expect.objectContaining({
        number: policy.number,
        product: 'motor',
        period: policy.period,
        insuredRef: policy.insuredRef,
        personal: { insuredName: policy.personal.insuredName, plate: policy.personal.plate },
        generated: true,
      }),
    ]);
    expect(await port.findByNumber('GEN-X99-999999')).toEqual([]);
  });

  test('finds a vehicle and its renewal by plate, in the order of their numbers', async () => {
    const renewed = some(
      'with a renewal',
      (one) =>
        one.personal.plate !== undefined &&
        policies.filter(({ personal }) => personal.plate === one.personal.plate).length === 2,
    );
    const found = await port.findByPlate(plateOf(renewed).replace('·', ' ').toLowerCase());
    expect(found).toHaveLength(2);
    expect(found.map(({ number }) => number)).toEqual(found.map(({ number }) => number).sort());
    expect(found[1]?.period.fromOn).toBe(moved(found[0]?.period.toOn ?? '', 1));
  });

  test('finds by phone with or without the country code, at most twenty', async () => {
    const [fleet] = policies;
    const phone = fleet?.personal.insuredPhone ?? '';
    expect(policies.filter(({ personal }) => personal.insuredPhone === phone).length).toBeGreaterThan(20);
    const found = await port.findByPhone(`+86 ${phone.slice(0, 3)}-${phone.slice(3)}`);
    expect(found).toHaveLength(20);
    expect(await port.findByPhone(phone)).toEqual(found);
    expect(await port.findByPhone('19900000000')).toEqual([]);
  });

  test('finds nothing for nothing', async () => {
    expect(await port.findByPlate(' · ')).toEqual([]);
    expect(await port.findByPhone('n/a')).toEqual([]);
    expect(await port.findByNumber('')).toEqual([]);
  });

  test('an endorsement counts from its own day on', async () => {
    const policy = some('with a raise', ({ endorsements }) => endorsements[0]?.kind === 'increase');
    const [raise] = policy.endorsements;
    const day = raise?.effectiveOn ?? '';
    const before = await snapshot(policy, moved(day, -1));
    const after = await snapshot(policy, day);
    const limits = ({ terms }: typeof before) =>
      [...terms.coverages, ...terms.waiting].map(({ limit }) => limit.amount);
    const total = (amounts: number[]) => amounts.reduce((sum, amount) => sum + amount, 0);
    expect(before.terms.endorsements).toEqual([]);
    expect(after.terms.endorsements.map(({ number }) => number)).toEqual([raise?.number]);
    expect(total(limits(after))).toBeGreaterThan(total(limits(before)));
    expect(after.hash).not.toBe(before.hash);
    expect(
      [...after.terms.coverages, ...after.terms.waiting].map(({ increasedOn }) => increasedOn),
    ).toContain(day);
  });

  test('covers from the first day to the last, and nothing before or after', async () => {
    const policy = some(
      'in motor without endorsements',
      ({ product, endorsements }) => product === 'motor' && endorsements.length === 0,
    );
    const { fromOn, toOn } = policy.period;
    for (const [day, standing, covers] of [
      [moved(fromOn, -1), 'before-inception', 0],
      [fromOn, 'in-force', policy.coverages.length],
      [toOn, 'in-force', policy.coverages.length],
      [moved(toOn, 1), 'after-expiry', 0],
    ] as const) {
      const { terms } = await snapshot(policy, day);
      expect([day, terms.standing, terms.coverages.length]).toEqual([day, standing, covers]);
    }
  });

  test('a cancelled policy covers up to the day before', async () => {
    const policy = some('that was cancelled', ({ endorsements }) => endorsements.at(-1)?.kind === 'cancel');
    const day = policy.endorsements.at(-1)?.effectiveOn ?? '';
    const before = await snapshot(policy, moved(day, -1));
    expect(before.terms.standing).toBe('in-force');
    expect(before.terms).not.toHaveProperty('cancelledOn');
    const after = await snapshot(policy, day);
    expect(after.terms).toMatchObject({
      standing: 'cancelled',
      cancelledOn: day,
      coverages: [],
      waiting: [],
    });
  });

  test('what is in its waiting period is told apart from what covers', async () => {
    const policy = some(
      'in health with two waiting periods',
      ({ product, period, coverages, endorsements }) =>
        product === 'health' &&
        coverages.length === 2 &&
        endorsements.length === 0 &&
        coverages[0]?.fromOn !== period.fromOn,
    );
    const codes = async (days: number) => {
      const { terms } = await snapshot(policy, moved(policy.period.fromOn, days));
      return [terms.coverages.map(({ code }) => code), terms.waiting.map(({ code }) => code)];
    };
    expect(await codes(29)).toEqual([[], ['hospital-medical', 'critical-illness']]);
    expect(await codes(30)).toEqual([['hospital-medical'], ['critical-illness']]);
    expect(await codes(90)).toEqual([['hospital-medical', 'critical-illness'], []]);
  });

  test('the hash is of the terms alone, and no personal value is among them', async () => {
    const policy = some('with a plate', (one) => one.personal.plate !== undefined);
    const { terms, hash, personal } = await snapshot(policy, policy.period.fromOn);
    expect(hash).toBe(hashOfTerms(JSON.parse(JSON.stringify(terms))));
    expect(personal).toEqual(policy.personal);
    for (const value of Object.values(policy.personal)) {
      expect(JSON.stringify(terms)).not.toContain(value);
    }
    expect(terms.generated).toBe(true);
  });

  test('knows no unknown policy, and refuses what is no date', async () => {
    expect(await port.snapshot('GEN-X99-999999', '2026-01-01')).toBeUndefined();
    const [policy] = policies;
    await expect(port.snapshot(policy?.number ?? '', '2026-02-30')).rejects.toMatchObject({
      code: 'PORT_INPUT_INVALID',
      retryable: false,
    });
  });
});

test('both give the same snapshot of every policy, on its days of change and around its period', async () => {
  const [double, http] = ports.map(([, create]) => create());
  const sample = policies.filter((_, index) => index % 10 === 0);
  for (const policy of sample) {
    const days = [
      moved(policy.period.fromOn, -1),
      policy.period.fromOn,
      ...policy.endorsements.map(({ effectiveOn }) => effectiveOn),
      policy.period.toOn,
    ];
    for (const day of days) {
      expect(await http?.snapshot(policy.number, day)).toEqual(await double?.snapshot(policy.number, day));
    }
  }
});
