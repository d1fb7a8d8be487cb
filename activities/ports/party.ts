import { z } from 'zod';

const text = z.string().min(1).max(300);

/** A person or organisation as the insurer's own system knows it. */
export const partySchema = z.strictObject({
  ref: z.string().min(1).max(60),
  kind: z.enum(['person', 'organisation']),
  /** Personal values; they belong in the vault and nowhere else. */
  personal: z.strictObject({
    name: text,
    /** 身份证号, or an organisation's 统一社会信用代码. */
    idNumber: text.optional(),
    phone: text.optional(),
    address: text.optional(),
  }),
  /** Made up by a generator; there is no such party. */
  generated: z.literal(true).optional(),
});

export const partyMatchSchema = z.strictObject({
  ref: z.string().min(1).max(60),
  /** `certain`: the same ID number. `likely`: the same name and phone, and no ID number that says otherwise. */
  certainty: z.enum(['certain', 'likely']),
});

export type Party = z.infer<typeof partySchema>;
export type PartyMatch = z.infer<typeof partyMatchSchema>;

/** What is known of somebody. At least an ID number, or a name and a phone, is needed to find anybody. */
export interface PartyIdentity {
  name?: string | undefined;
  idNumber?: string | undefined;
  phone?: string | undefined;
}

/** Matches that one search gives at most. */
export const partiesFoundMax = 20;

/**
 * The insurer's register of customers and other parties. All methods throw `PortFailure`. What a rule needs of a
 * person (whether the payee is the insured, how many claims a person has) is derived from `findSame`; its answer
 * holds references only, so that it may be recorded.
 */
export interface PartyPort {
  /** Undefined where there is no such party. */
  get: (ref: string) => Promise<Party | undefined>;
  /** Under which references somebody is known: certain ones first, then in the order of references. */
  findSame: (identity: PartyIdentity) => Promise<PartyMatch[]>;
}
