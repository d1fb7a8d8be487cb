import { z } from 'zod';
import { isCivilDate } from '../../machines/kernel/civil-date.ts';

const localDate = z.string().refine(isCivilDate, 'a date YYYY-MM-DD');
const money = z.strictObject({
  amount: z.int().min(0),
  currency: z.string().regex(/^[A-Z]{3}$/),
});
const code = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'lower case words joined by hyphens');
const number = z.string().min(1).max(60);
const text = z.string().min(1).max(300);
const title = z.string().min(1).max(60);

/** Cover from 00:00 of `fromOn` to 24:00 of `toOn`, local dates in the policy's own zone. */
const period = z
  .strictObject({ fromOn: localDate, toOn: localDate })
  .refine(({ fromOn, toOn }) => fromOn <= toOn, 'ends before it begins');

/** What is covered, up to how much, and what of a loss the insured bears. */
export const coverageSchema = z.strictObject({
  /** E.g. `compulsory` (交强险), `own-damage` (车损险), `third-party` (三者险), `contents`, `hospital-medical`. */
  code,
  title: z.strictObject({ zh: title, en: title }).optional(),
  /** The most that is paid for one loss. */
  limit: money,
  deductible: money,
  /** Share of a loss that the insured bears beside the deductible, in basis points (免赔率). */
  coinsuranceBasisPoints: z.int().min(0).max(10_000).optional(),
  /** First day covered: later than the policy's own after a waiting period, or where an endorsement added it. */
  fromOn: localDate,
  /** The last rise of the limit, if any: a loss soon after it is looked at more closely. */
  increasedOn: localDate.optional(),
});

/** A change of the policy (批单) that has taken effect. */
export const endorsementSchema = z.strictObject({
  number,
  kind: z.enum(['add', 'remove', 'increase', 'reduce', 'cancel', 'other']),
  issuedOn: localDate,
  /** First day on which the change holds; may lie before `issuedOn`. */
  effectiveOn: localDate,
});

const vehicle = z.strictObject({
  kind: z.enum(['car', 'van', 'truck', 'bus', 'motorcycle', 'special']),
  use: z.enum(['private', 'commercial']),
  seats: z.int().min(0).max(200),
  value: money,
  firstRegisteredOn: localDate,
});

const personal = z.strictObject({
  insuredName: text,
  insuredPhone: text.optional(),
  plate: text.optional(),
  vin: text.optional(),
  address: text.optional(),
});

const product = z.enum(['motor', 'property', 'accident', 'health']);

/** A policy as a search shows it, to a person who may see it. */
export const policySummarySchema = z.strictObject({
  number,
  product,
  period,
  /** First day without cover, where the policy was ended early. */
  cancelledOn: localDate.optional(),
  /** Names the insured at the `party` port. */
  insuredRef: number,
  personal: z.strictObject({ insuredName: text, plate: text.optional() }),
  /** Made up by a generator; no such policy exists. */
  generated: z.literal(true).optional(),
});

/**
 * What a policy system answers for one policy and one date: the state of the contract on that date. The bounds keep
 * the terms small enough for one entry of a case's trail.
 */
export const policyAsOfSchema = z.strictObject({
  number,
  product,
  period,
  cancelledOn: localDate.optional(),
  insuredRef: number,
  coverages: z.array(coverageSchema).max(40),
  endorsements: z.array(endorsementSchema).max(100),
  vehicle: vehicle.optional(),
  premises: z.strictObject({ use: z.enum(['home', 'business']) }).optional(),
  personal,
  generated: z.literal(true).optional(),
});

export type Coverage = z.infer<typeof coverageSchema>;
export type Endorsement = z.infer<typeof endorsementSchema>;
export type PolicyProduct = z.infer<typeof product>;
export type PolicySummary = z.infer<typeof policySummarySchema>;
export type PolicyAsOf = z.infer<typeof policyAsOfSchema>;
/** The personal values of a policy; they belong in the vault and nowhere else. */
export type PolicyPersonal = z.infer<typeof personal>;

export type PolicyStanding = 'in-force' | 'before-inception' | 'after-expiry' | 'cancelled';

/** The contract as it stood on the loss date: no personal value in it, so that a case and its trail may hold it. */
export interface PolicyTerms {
  number: string;
  product: PolicyProduct;
  lossOn: string;
  standing: PolicyStanding;
  insuredRef: string;
  period: { fromOn: string; toOn: string };
  /** Only where it ended the policy on or before the loss date. */
  cancelledOn?: string;
  /** What covers the loss date; none unless the policy is in force. */
  coverages: Coverage[];
  /** What is in the contract but begins after the loss date (waiting periods). */
  waiting: Coverage[];
  /** Those that had taken effect, oldest first. */
  endorsements: Endorsement[];
  vehicle?: PolicyAsOf['vehicle'];
  premises?: PolicyAsOf['premises'];
  generated?: true;
}

export interface PolicySnapshot {
  terms: PolicyTerms;
  /** SHA-256 of the terms' RFC 8785 text, 64 lower-case hex digits. */
  hash: string;
  personal: PolicyPersonal;
}

/** Policies that one search finds at most. */
export const policiesFoundMax = 20;

/**
 * The insurer's policy system. All dates are local dates of the policy's zone. All methods throw `PortFailure`.
 * Searches match exactly, but for case, width, spaces and dividers; they give at most `policiesFoundMax`, in the
 * order of their numbers: exactly that many may mean that there are more.
 */
export interface PolicyPort {
  findByNumber: (number: string) => Promise<PolicySummary[]>;
  findByPhone: (phone: string) => Promise<PolicySummary[]>;
  findByPlate: (plate: string) => Promise<PolicySummary[]>;
  /**
   * The policy as of the loss date; undefined where there is no such policy. A policy that was not in force on that
   * date is found all the same, and says so in its standing.
   */
  snapshot: (number: string, lossOn: string) => Promise<PolicySnapshot | undefined>;
}
