import { canonicalJson } from '../canonical-json.ts';
import type { Json } from '../json.ts';
import { sha256Hex } from '../sha256.ts';
import type { PolicyRef } from '../state.ts';
import type { Policy } from './table.ts';

/** What a case and its entries name a company's own table by. */
export const policyRef = (policy: Policy): PolicyRef => ({
  id: policy.id,
  version: policy.version,
  hash: sha256Hex(canonicalJson(policy as unknown as Json)),
});
