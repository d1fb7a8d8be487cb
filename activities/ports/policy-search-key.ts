const folded = (text: string): string => text.normalize('NFKC').toUpperCase();

/** A policy number as it is compared: upper case, no spaces. */
export const numberKey = (number: string): string => folded(number).replace(/\s/g, '');

/** A number plate as it is compared: `粤B·12345` and `粤b 12345` are one. */
export const plateKey = (plate: string): string => folded(plate).replace(/[\s\-.·•・_/]/g, '');

/** A phone number as it is compared: digits only, China's country code left out. */
export const phoneKey = (phone: string): string =>
  folded(phone)
    .replace(/[^\d+]/g, '')
    .replace(/^(\+|00)86/, '')
    .replace(/^\+/, '');

/** Policies in the order of their numbers. */
export const inOrder = <T extends { number: string }>(policies: readonly T[]): T[] =>
  policies.toSorted((a, b) => (a.number < b.number ? -1 : a.number > b.number ? 1 : 0));
