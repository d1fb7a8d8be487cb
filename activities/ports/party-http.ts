import { z } from 'zod';
import { createHttpAdapter } from './http-adapter.ts';
import type { PortSpec } from './http-mapping.ts';
import type { ReadyMapping } from './http-mapping-file.ts';
import { type PartyPort, partiesFoundMax, partyMatchSchema, partySchema } from './party.ts';
import { identityKey, inOrderOfCertainty } from './party-identity.ts';
import { PortFailure } from './port-failure.ts';

/** What a mapping file for a register of parties says: these operations, placeholders and answers. */
export const partyPortSpec = {
  port: 'party',
  operations: {
    get: { placeholders: ['ref'], uses: [['ref']], answer: partySchema },
    findSame: {
      placeholders: ['name', 'idNumber', 'phone'],
      uses: [['idNumber'], ['name'], ['phone']],
      answer: z.array(partyMatchSchema),
    },
  },
} as const satisfies PortSpec;

/** The insurer's register of parties over HTTP, as a mapping file says. */
export const createHttpPartyPort = (mapping: ReadyMapping): PartyPort => {
  const ask = createHttpAdapter(partyPortSpec, mapping);
  return {
    get: async (ref) => {
      const party = await ask('get', { ref });
      if (party && party.ref !== ref) {
        throw new PortFailure(
          { port: 'party', operation: 'get' },
          'PORT_ANSWER_INVALID',
          'the answer is another party',
        );
      }
      return party;
    },
    findSame: async (identity) => {
      const key = identityKey(identity);
      const matches = key && (await ask('findSame', { ...key }));
      return inOrderOfCertainty(matches ?? []).slice(0, partiesFoundMax);
    },
  };
};
