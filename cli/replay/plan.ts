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

export type PlannedStep = {
  readonly type: string;
  /** The person, or the customer, for whom whoever takes their calls sends it. */
  readonly as: string;
  readonly data?: { readonly [name: string]: Json };
  readonly reason?: string;
  readonly occurredAt?: string;
};

/** Who sends what a customer said, where no employee is named. */
export const customer = 'customer';
