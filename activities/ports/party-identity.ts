import type { PartyIdentity, PartyMatch } from './party.ts';
import { phoneKey } from './policy-search-key.ts';

/** An identity as it is compared, or undefined where it says too little to find anybody by. */
export const identityKey = ({ name, idNumber, phone }: PartyIdentity): PartyIdentity | undefined => {
  const key = {
    name: folded(name),
    idNumber: folded(idNumber),
    phone: phone === undefined ? '' : phoneKey(phone),
  };
  if (key.idNumber === '' && (key.name === '' || key.phone === '')) {
    return undefined;
  }
  return {
    ...(key.name === '' ? {} : { name: key.name }),
    ...(key.idNumber === '' ? {} : { idNumber: key.idNumber }),
    ...(key.phone === '' ? {} : { phone: key.phone }),
  };
};

/** Certain matches first, then in the order of references. */
export const inOrderOfCertainty = (matches: readonly PartyMatch[]): PartyMatch[] =>
  matches.toSorted((a, b) => {
    const [x, y] = [`${a.certainty} ${a.ref}`, `${b.certainty} ${b.ref}`];
    return x < y ? -1 : x > y ? 1 : 0;
  });

const folded = (text = ''): string => text.normalize('NFKC').toUpperCase().replace(/\s/g, '');
