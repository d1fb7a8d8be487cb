import { z } from 'zod';
import { EventName, Expression, Key, Length, list, named, roles, Title, Value } from './schema-parts.ts';

const Money = z.strictObject({ amount: z.int().min(0), currency: z.string().regex(/^[A-Z]{3}$/) });

const Signer = z
  .strictObject({
    role: Key.exactOptional(),
    department: Key.exactOptional(),
    personId: z.string().min(1).max(100).exactOptional(),
    byAuthority: z.boolean().exactOptional(),
    limit: Length.exactOptional(),
  })
  .meta({ id: 'Signer' });

const Step = z
  .strictObject({
    id: Key,
    title: Title.exactOptional(),
    when: Expression.exactOptional(),
    rule: z.union([z.enum(['sequence', 'all', 'any']), z.strictObject({ quorum: z.int().min(1) })]),
    signers: list(Signer).min(1),
    onReject: z.union([z.enum(['end', 'proposer']), z.strictObject({ step: Key })]).exactOptional(),
    limit: Length.exactOptional(),
  })
  .meta({ id: 'ApprovalStep' });

const Rung = z
  .strictObject({ role: Key, department: Key.exactOptional(), upTo: list(Money).exactOptional() })
  .meta({ id: 'Rung' });

/** A decision by several people that a state may ask for. */
export const ApprovalDefinition = z
  .strictObject({
    title: Title.exactOptional(),
    definition: Key.exactOptional(),
    plan: z.strictObject({
      steps: list(Step).min(1),
      ladder: list(Rung).exactOptional(),
      secondFactorAbove: list(Money).exactOptional(),
    }),
    subject: Value,
    amount: Expression.exactOptional(),
    barred: Expression.exactOptional(),
    card: z
      .strictObject({
        titles: named(Key, Title).exactOptional(),
        clause: Value.exactOptional(),
        evidence: Value.exactOptional(),
        documents: list(Key).exactOptional(),
        dissent: Value.exactOptional(),
        objections: z
          .strictObject({
            through: list(Key).min(1).max(5),
            event: EventName,
            list: Key,
            titles: named(Key, Title).exactOptional(),
          })
          .meta({ id: 'Objections' })
          .exactOptional(),
        green: Expression.exactOptional(),
      })
      .meta({ id: 'ApprovalCard' })
      .exactOptional(),
  })
  .meta({ id: 'ApprovalDefinition' });

/** What a state of an approval's own case has people decide. */
export const SigningDefinition = z
  .strictObject({
    plan: Expression,
    subjectHash: Expression,
    amount: Expression,
    proposer: Expression,
    barred: Expression,
    assign: z.enum(['least-loaded', 'round-robin', 'by-hand']).exactOptional(),
    unfilled: z.strictObject({ tell: roles }).exactOptional(),
    lends: z.literal('fitting').exactOptional(),
    seatClock: Key.exactOptional(),
  })
  .meta({ id: 'SigningDefinition' });
