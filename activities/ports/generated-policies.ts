import { addMonths, civilDate, dayNumber } from '../../machines/kernel/civil-date.ts';
import { generateCover } from './generated-coverages.ts';
import { generateEndorsements } from './generated-endorsements.ts';
import { generateParties } from './generated-parties.ts';
import { type Random, seededRandom } from './generated-random.ts';
import type { Party } from './party.ts';
import type { PolicyProduct } from './policy.ts';
import type { BookPolicy, PolicyBook } from './policy-book.ts';

export interface GeneratedBookOptions {
  /** The same seed gives the same book. Default `caseloom`. */
  seed?: string;
  /** Default 1,000. */
  policies?: number;
  /** Local date that the periods lie around: from 20 months before it to 6 months after. Default 2026-07-01. */
  anchorOn?: string;
}

/** Policies of one fleet, more than a search may find. */
const fleetSize = 30;

/**
 * Made-up parties and policies for the doubles, in CNY: six of ten motor, the rest property, accident and health;
 * renewals, endorsements, cancellations, waiting periods, and a fleet. All are marked: names end in （生成）,
 * numbers begin with GEN, and no phone, plate, VIN or ID number is one that is given out.
 */
export const generatePolicyBook = ({
  seed = 'caseloom',
  policies: count = 1_000,
  anchorOn = '2026-07-01',
}: GeneratedBookOptions = {}): PolicyBook => {
  const random = seededRandom(seed);
  const parties = generateParties(random, Math.max(1, Math.ceil(count * 0.7)));
  const fleetOwner = parties.find(({ kind }) => kind === 'organisation');
  const policies: BookPolicy[] = [];
  while (policies.length < count) {
    const isFleet = policies.length < fleetSize && fleetOwner !== undefined;
    const insured = isFleet ? fleetOwner : random.pick(parties as [Party, ...Party[]]);
    const product = isFleet ? 'motor' : productFor(random, insured);
    const first = generatePolicy(random, { insured, product, serial: policies.length + 1, anchorOn });
    policies.push(first);
    if (policies.length < count && random.chance(0.3)) {
      policies.push(renewal(random, first, policies.length + 1));
    }
  }
  return { parties, policies };
};

const productFor = (random: Random, { kind }: Party): PolicyProduct => {
  const draw = random.int(1, 100);
  if (draw <= 60) return 'motor';
  if (draw <= 76 || kind === 'organisation') return 'property';
  return draw <= 88 ? 'accident' : 'health';
};

interface Wanted {
  insured: Party;
  product: PolicyProduct;
  serial: number;
  anchorOn: string;
}

const generatePolicy = (random: Random, { insured, product, serial, anchorOn }: Wanted): BookPolicy => {
  const fromOn = civilDate(dayNumber(anchorOn) + random.int(-600, 180));
  const { name, phone, address } = insured.personal;
  const policy = {
    number: numberOf(product, fromOn, serial),
    product,
    period: yearFrom(fromOn),
    insuredRef: insured.ref,
    ...generateCover(random, product, fromOn, insured.kind === 'organisation'),
    personal: {
      insuredName: name,
      ...(phone === undefined ? {} : { insuredPhone: phone }),
      ...(product === 'motor' ? vehicleNames(random, serial) : {}),
      ...(product === 'property' && address !== undefined ? { address } : {}),
    },
    generated: true as const,
  };
  return { ...policy, endorsements: generateEndorsements(random, policy) };
};

/** The following year's policy for the same thing, on the terms of the first day. */
const renewal = (random: Random, before: BookPolicy, serial: number): BookPolicy => {
  const fromOn = civilDate(dayNumber(before.period.toOn) + 1);
  const policy = {
    ...before,
    number: numberOf(before.product, fromOn, serial),
    period: yearFrom(fromOn),
    // No second waiting period: the insured has served it.
    coverages: before.coverages.map((item) => ({ ...item, fromOn })),
  };
  return { ...policy, endorsements: generateEndorsements(random, policy) };
};

const numberOf = (product: PolicyProduct, fromOn: string, serial: number): string =>
  `GEN-${product.slice(0, 1).toUpperCase()}${fromOn.slice(2, 4)}-${String(serial).padStart(6, '0')}`;

const yearFrom = (fromOn: string): BookPolicy['period'] => ({
  fromOn,
  toOn: civilDate(addMonths(dayNumber(fromOn), 12) - 1),
});

/** Plates never hold an I after the city's letter, VINs never a Q: no vehicle has these. */
const vehicleNames = (random: Random, serial: number): { plate: string; vin: string } => ({
  plate: `${random.pick(['粤', '浙', '川', '鄂', '苏', '鲁', '陕'])}${random.pick(['A', 'B', 'C', 'D'])}·I${String(serial).padStart(4, '0')}`,
  vin: `LGENQ${String(random.int(0, 999_999)).padStart(6, '0')}${String(serial).padStart(6, '0')}`,
});
