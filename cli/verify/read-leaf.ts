import { canonicalJson } from '../../machines/kernel/canonical-json.ts';

/** A leaf's object, where its text is the canonical JSON (RFC 8785) of one; else undefined. */
export const readLeaf = (text: string): { [key: string]: unknown } | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return undefined;
    }
    // The same text written back with sorted keys is canonical; only what fails this is worth the slow way, which
    // also sorts keys that look like numbers as the standard does.
    const quick = JSON.stringify(value) === text && hasSortedKeys(value);
    return quick || canonicalJson(value) === text ? (value as { [key: string]: unknown }) : undefined;
  } catch {
    return undefined;
  }
};

const hasSortedKeys = (value: object): boolean => {
  if (Array.isArray(value)) {
    return value.every((item) => typeof item !== 'object' || item === null || hasSortedKeys(item));
  }
  let previous = '';
  for (const key in value) {
    if (key < previous) {
      return false;
    }
    previous = key;
    const inner = (value as { [key: string]: unknown })[key];
    if (typeof inner === 'object' && inner !== null && !hasSortedKeys(inner)) {
      return false;
    }
  }
  return true;
};
