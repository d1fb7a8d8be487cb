import { addMonths, civilDate, dayNumber } from '../../machines/kernel/civil-date.ts';
import type { Random } from './generated-random.ts';
import type { Coverage, PolicyAsOf, PolicyProduct } from './policy.ts';

/** Whole yuan as money. */
export const yuan = (amount: number): { amount: number; currency: string } => ({
  amount: amount * 100,
  currency: 'CNY',
});

const titles = {
  compulsory: { zh: '机动车交通事故责任强制保险', en: 'Compulsory motor liability' },
  'own-damage': { zh: '机动车损失保险', en: 'Own damage' },
  'third-party': { zh: '机动车第三者责任保险', en: 'Third-party liability' },
  occupants: { zh: '机动车车上人员责任保险', en: 'Occupants' },
  building: { zh: '房屋主体损失保险', en: 'Building' },
  contents: { zh: '室内财产损失保险', en: 'Contents' },
  theft: { zh: '盗抢保险', en: 'Theft' },
  'water-damage': { zh: '水暖管爆裂损失保险', en: 'Water damage' },
  stock: { zh: '存货损失保险', en: 'Stock' },
  'accident-death': { zh: '意外身故伤残保险', en: 'Accidental death and disability' },
  'accident-medical': { zh: '意外医疗保险', en: 'Accident medical' },
  'hospital-medical': { zh: '住院医疗保险', en: 'Hospital medical' },
  'critical-illness': { zh: '重大疾病保险', en: 'Critical illness' },
};
type CoverageCode = keyof typeof titles;

/** A coverage that begins on a day; amounts in whole yuan. */
export const coverage = (
  code: CoverageCode,
  fromOn: string,
  { limit, deductible = 0, coinsurance }: { limit: number; deductible?: number; coinsurance?: number },
): Coverage => ({
  code,
  title: titles[code],
  limit: yuan(limit),
  deductible: yuan(deductible),
  ...(coinsurance === undefined ? {} : { coinsuranceBasisPoints: coinsurance }),
  fromOn,
});

/** The thing insured, and the coverages of the first day. */
export type GeneratedCover = Pick<PolicyAsOf, 'coverages' | 'vehicle' | 'premises'>;

/** What a made-up policy of a product covers from its first day on. */
export const generateCover = (
  random: Random,
  product: PolicyProduct,
  fromOn: string,
  business: boolean,
): GeneratedCover => {
  switch (product) {
    case 'motor':
      return motorCover(random, fromOn, business);
    case 'property':
      return propertyCover(random, fromOn, business);
    case 'accident':
      return {
        coverages: [
          coverage('accident-death', fromOn, { limit: random.pick([100_000, 300_000, 500_000, 1_000_000]) }),
          coverage('accident-medical', fromOn, {
            limit: random.pick([10_000, 20_000, 50_000]),
            deductible: 100,
            coinsurance: 2_000,
          }),
        ],
      };
    case 'health':
      return healthCover(random, fromOn);
  }
};

const motorCover = (random: Random, fromOn: string, business: boolean): GeneratedCover => {
  const value = random.int(30, 600) * 1_000;
  const age = random.int(0, 10);
  const seats = business ? random.pick([2, 3, 5]) : random.pick([5, 5, 5, 7]);
  const coverages = [coverage('compulsory', fromOn, { limit: 200_000 })];
  if (random.chance(0.92)) {
    const limit = random.pick([500_000, 1_000_000, 2_000_000, 3_000_000]);
    coverages.push(coverage('third-party', fromOn, { limit }));
  }
  if (random.chance(0.8)) {
    const deductible = random.pick([0, 0, 0, 500, 2_000]);
    coverages.push(coverage('own-damage', fromOn, { limit: value, deductible }));
  }
  if (random.chance(0.5)) {
    coverages.push(
      coverage('occupants', fromOn, {
        limit: seats * random.pick([10_000, 20_000, 50_000]),
        coinsurance: 500,
      }),
    );
  }
  return {
    coverages,
    vehicle: {
      kind: business ? random.pick(['van', 'truck', 'car']) : 'car',
      use: business ? 'commercial' : 'private',
      seats,
      value: yuan(value),
      firstRegisteredOn: civilDate(addMonths(dayNumber(fromOn), -12 * age)),
    },
  };
};

const propertyCover = (random: Random, fromOn: string, business: boolean): GeneratedCover => {
  const building = random.int(3, 80) * 100_000;
  const coverages = [coverage('building', fromOn, { limit: building, deductible: 500 })];
  coverages.push(
    business
      ? coverage('stock', fromOn, {
          limit: random.int(2, 50) * 100_000,
          deductible: 5_000,
          coinsurance: 1_000,
        })
      : coverage('contents', fromOn, { limit: random.int(1, 20) * 50_000, deductible: 200 }),
  );
  if (random.chance(0.5)) coverages.push(coverage('theft', fromOn, { limit: 50_000, coinsurance: 2_000 }));
  if (random.chance(0.7))
    coverages.push(coverage('water-damage', fromOn, { limit: 50_000, deductible: 200 }));
  return { coverages, premises: { use: business ? 'business' : 'home' } };
};

const healthCover = (random: Random, fromOn: string): GeneratedCover => {
  const after = (days: number): string => civilDate(dayNumber(fromOn) + days);
  const coverages = [
    coverage('hospital-medical', after(30), { limit: 2_000_000, deductible: 10_000 }),
    coverage('critical-illness', after(90), { limit: random.pick([100_000, 200_000, 300_000, 500_000]) }),
  ];
  return { coverages: random.chance(0.6) ? coverages : coverages.slice(0, 1) };
};
