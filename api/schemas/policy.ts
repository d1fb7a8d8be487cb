import { z } from '@hono/zod-openapi';
import type { Json } from '../../machines/kernel/json.ts';
import { policyRef } from '../../machines/kernel/policy/policy-ref.ts';
import type { Policy } from '../../machines/kernel/policy/table.ts';

/** A table as it was published, checked against its own schema then. */
export const PolicyDocument = z.record(z.string(), z.unknown());

export const PolicyTable = z.object({ hash: z.string(), policy: PolicyDocument });

export const policyTable = (policy: Policy): { hash: string; policy: { [key: string]: Json } } => ({
  hash: policyRef(policy).hash,
  policy: policy as unknown as { [key: string]: Json },
});
