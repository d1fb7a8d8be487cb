import type { Json, JsonObject } from '../../machines/kernel/json.ts';

/** One case to make through the API: how it is opened, and what then happens to it. Instants are RFC 3339 UTC. */
export type CasePlan = {
  /** Tells it from all others of the source; part of every idempotency key, so that a second run adds nothing. */
  readonly key: string;
  readonly opening: {
    /** Who opens it. */
    readonly as: string;
    readonly body: {
      readonly definition: string;
      readonly profile?: string;
      readonly data: JsonObject;
      readonly receivedAt?: string;
      readonly reason?: string;
      readonly evidence?: string;
    };
  };
  readonly steps: readonly PlannedStep[];
};

export type PlannedStep = (PlannedEvent | PlannedDocument) & {
  /** The person, or the customer, for whom whoever takes their calls sends it. */
  readonly as: string;
  /** The first case that this one has started, instead of this one. */
  readonly on?: 'child';
  /** State that the case reaches by itself, and must have reached before this is sent. */
  readonly awaits?: string;
  readonly reason?: string;
  readonly occurredAt?: string;
  /** The code that this must be refused with: a refusal that belongs to the plan. */
  readonly refused?: string;
};

export type PlannedEvent = { readonly type: string; readonly data?: { readonly [name: string]: Json } };

/** A made-up paper for the checklist. */
export type PlannedDocument = { readonly document: string };

/** Who sends what a customer said, where no employee is named. */
export const customer = 'customer';
