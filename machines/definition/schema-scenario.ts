import { z } from 'zod';
import { Data, EventName, Key, list, named, Text, Title } from './schema-parts.ts';

/** RFC 3339, seconds optional; without an offset it is the local time of the case's calendar. */
export const ScenarioInstant = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?$/, {
    error: 'an instant such as 2026-03-02T09:00+08:00',
  });

const Money = z.strictObject({ amount: z.int(), currency: z.string().regex(/^[A-Z]{3}$/) });

/** A service's failure code; the same that its `onError` sees as `event.code`. */
const FailureCode = z.string().regex(/^[A-Z][A-Z0-9_]{1,49}$/, { error: 'a code such as PAYMENT_REJECTED' });

const reason = Text.exactOptional();

/** What a step sends; one of these. */
export const ScenarioCommand = z
  .union([
    /** An event, by a person, or on behalf of the customer by `as: customer`. */
    z.strictObject({
      type: EventName,
      data: Data.exactOptional(),
      reason,
      occurredAt: ScenarioInstant.exactOptional(),
    }),
    /** A verb on the open task of a state. */
    z.strictObject({
      task: Key,
      verb: z.enum([
        ...(['claim', 'release', 'complete', 'reassign', 'comment'] as const),
        ...(['return', 'delegate', 'add-signer', 'remove-signer', 'withdraw', 'climb'] as const),
      ]),
      outcome: EventName.exactOptional(),
      data: Data.exactOptional(),
      to: Key.exactOptional(),
      /** `return`: an earlier step of the plan; null: the proposer. */
      toStep: Key.nullable().exactOptional(),
      /** `delegate` */
      until: ScenarioInstant.exactOptional(),
      /** `add-signer` */
      position: z.enum(['before', 'after']).exactOptional(),
      reason,
    }),
    /** A document of the checklist arrives. */
    z.strictObject({ document: Key, occurredAt: ScenarioInstant.exactOptional() }),
    z.strictObject({
      deadline: Key,
      verb: z.enum(['pause', 'resume', 'extend']),
      cause: Key.exactOptional(),
      extension: Key.exactOptional(),
      reason,
    }),
    /** A service left unanswered answers, or fails with a code. */
    z.strictObject({ service: z.string().min(1).max(80), output: z.json() }),
    z.strictObject({ service: z.string().min(1).max(80), fail: FailureCode }),
    z.strictObject({
      incident: z.int().min(1),
      verb: z.enum(['retry', 'resolve']),
      output: z.json().exactOptional(),
      reason,
    }),
    /** A linked case sends an event. */
    z.strictObject({ message: EventName, from: Key, data: Data.exactOptional() }),
    /** An approval that the case asked for answers. */
    z.strictObject({
      approval: Key,
      outcome: z.enum(['approved', 'rejected', 'returned', 'recalled']),
    }),
    /** This case is linked with another. */
    z.strictObject({ link: Key, caseId: Key }),
    z.strictObject({ reopen: Data, reason }),
  ])
  .meta({ id: 'ScenarioCommand' });

export const ScenarioStep = z
  .strictObject({
    /** The clock is brought here first, so that whatever falls due on the way happens. */
    at: ScenarioInstant,
    /** A person; the role is the id without a trailing number. Default: the system. */
    as: Key.exactOptional(),
    send: ScenarioCommand.exactOptional(),
    /**
     * Entries as `type subject` that this step records, in this order; others may stand between them. An empty
     * list: it records none at all.
     */
    expect: z.array(Text).max(50).exactOptional(),
    /** States that are active afterwards. */
    in: z.union([Key, list(Key)]).exactOptional(),
    /** The code with which the command is refused; then nothing has changed. */
    refused: z
      .string()
      .regex(/^[A-Z][A-Z_]{1,49}$/)
      .exactOptional(),
  })
  .meta({ id: 'ScenarioStep' });

export const ServiceAnswer = z
  .union([
    z.strictObject({ output: z.json() }),
    z.strictObject({ fail: FailureCode }),
    z.literal('unanswered'),
  ])
  .meta({ id: 'ServiceAnswer' });

/** An example that must hold: lint runs it, and publishing does. */
export const Scenario = z
  .strictObject({
    name: Title,
    profile: Key.exactOptional(),
    /** Persons whose roles or authority are not what their id says, or who have proved a second factor. */
    people: named(
      Key,
      z.strictObject({
        roles: list(Key).exactOptional(),
        authority: list(Money).exactOptional(),
        secondFactor: z.literal(true).exactOptional(),
      }),
    ).exactOptional(),
    /** Facts that the commands carry, beside the actor. */
    facts: Data.exactOptional(),
    /**
     * How services answer when called, at once: always so, or one after the other, the last one again and again.
     * A service that is not listed answers `{}`.
     */
    services: z
      .record(z.string(), z.union([ServiceAnswer, z.array(ServiceAnswer).min(1).max(20)]))
      .exactOptional(),
    opening: z.strictObject({
      as: Key,
      data: Data,
      receivedAt: ScenarioInstant,
      links: list(z.strictObject({ rel: Key, caseId: Key })).exactOptional(),
    }),
    steps: z.array(ScenarioStep).min(1).max(200),
  })
  .meta({ id: 'Scenario' });

export type Scenario = z.infer<typeof Scenario>;
export type ScenarioStep = z.infer<typeof ScenarioStep>;
export type ScenarioCommand = z.infer<typeof ScenarioCommand>;
export type ServiceAnswer = z.infer<typeof ServiceAnswer>;
