import { type Party, type PartyIdentity, type PartyMatch, type PartyPort, partiesFoundMax } from './party.ts';
import { identityKey, inOrderOfCertainty } from './party-identity.ts';

/** A register of parties in this process, over parties that were made up. */
export const createPartyDouble = (parties: readonly Party[]): PartyPort => {
  const byRef = new Map(parties.map((party) => [party.ref, party]));
  const known = parties.map((party) => ({ ref: party.ref, key: identityKey(party.personal) ?? {} }));
  return {
    get: async (ref) => byRef.get(ref),
    findSame: async (identity) => {
      const asked = identityKey(identity);
      const matches = asked
        ? known.flatMap(({ ref, key }): PartyMatch[] => {
            const certainty = certaintyOf(asked, key);
            return certainty ? [{ ref, certainty }] : [];
          })
        : [];
      return inOrderOfCertainty(matches).slice(0, partiesFoundMax);
    },
  };
};

const certaintyOf = (asked: PartyIdentity, known: PartyIdentity): PartyMatch['certainty'] | undefined => {
  if (asked.idNumber !== undefined && known.idNumber !== undefined) {
    return asked.idNumber === known.idNumber ? 'certain' : undefined;
  }
  const alike = asked.name !== undefined && asked.name === known.name && asked.phone === known.phone;
  return alike && asked.phone !== undefined ? 'likely' : undefined;
};
