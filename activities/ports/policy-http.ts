import { z } from 'zod';
import { createHttpAdapter } from './http-adapter.ts';
import type { PortSpec } from './http-mapping.ts';
import type { ReadyMapping } from './http-mapping-file.ts';
import {
  type PolicyPort,
  type PolicySummary,
  policiesFoundMax,
  policyAsOfSchema,
  policySummarySchema,
} from './policy.ts';
import { inOrder, numberKey, phoneKey, plateKey } from './policy-search-key.ts';
import { policySnapshot, requireDate } from './policy-snapshot.ts';

const found = z.array(policySummarySchema);

/** What a mapping file for a policy system says: these operations, placeholders and answers. */
export const policyPortSpec = {
  port: 'policy',
  operations: {
    findByNumber: { placeholders: ['number'], uses: [['number']], answer: found },
    findByPhone: { placeholders: ['phone'], uses: [['phone']], answer: found },
    findByPlate: { placeholders: ['plate'], uses: [['plate']], answer: found },
    snapshot: {
      placeholders: ['number', 'lossOn', 'lossOnCompact'],
      uses: [['number'], ['lossOn', 'lossOnCompact']],
      answer: policyAsOfSchema,
    },
  },
} as const satisfies PortSpec;

/** The insurer's policy system over HTTP, as a mapping file says. */
export const createHttpPolicyPort = (mapping: ReadyMapping): PolicyPort => {
  const ask = createHttpAdapter(policyPortSpec, mapping);
  const search = async (
    operation: 'findByNumber' | 'findByPhone' | 'findByPlate',
    key: { [name: string]: string },
  ): Promise<PolicySummary[]> => {
    // Many systems take an empty condition for none, and answer with everybody.
    if (Object.values(key).includes('')) return [];
    return inOrder((await ask(operation, key)) ?? []).slice(0, policiesFoundMax);
  };
  return {
    findByNumber: (number) => search('findByNumber', { number: numberKey(number) }),
    findByPhone: (phone) => search('findByPhone', { phone: phoneKey(phone) }),
    findByPlate: (plate) => search('findByPlate', { plate: plateKey(plate) }),
    snapshot: async (given, lossOn) => {
      requireDate(lossOn);
      const number = numberKey(given);
      const policy = await ask('snapshot', { number, lossOn, lossOnCompact: lossOn.replaceAll('-', '') });
      return policy && policySnapshot(policy, number, lossOn);
    },
  };
};
