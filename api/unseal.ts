import { openValues } from '../db/vault/open-values.ts';
import type { Vault } from '../db/vault/open-vault.ts';
import type { Json, Sealed } from '../machines/kernel/json.ts';
import { isSealed } from '../machines/kernel/json-schema-value.ts';
import type { Reader } from './reader.ts';
import { maySeePersonal } from './rights.ts';

/** Stands where the reader may not see the personal value that is there. */
export const masked = '•••';
/** Stands where the value has been erased: nobody can see it any more. */
export const erased = '[erased]';

/**
 * The JSON with every reference to the vault resolved for this reader, or masked. Nothing of the vault is opened for
 * a reader who may not see it.
 */
export const unseal = async (vault: Vault, reader: Reader, value: Json): Promise<Json> => {
  if (!maySeePersonal(reader)) {
    return replaceSealed(value, () => masked);
  }
  const refs = new Set<string>();
  replaceSealed(value, ({ ref }) => {
    refs.add(ref);
    return null;
  });
  if (refs.size === 0) {
    return value;
  }
  const opened = await openValues(vault, reader.tenant, [...refs]);
  return replaceSealed(value, ({ ref }) => {
    const found = opened.get(ref);
    if (found === undefined) {
      return masked;
    }
    return 'erased' in found ? erased : found.value;
  });
};

const replaceSealed = (value: Json, by: (sealed: Sealed) => Json): Json => {
  if (isSealed(value)) {
    return by(value as unknown as Sealed);
  }
  if (Array.isArray(value)) {
    return value.map((item) => replaceSealed(item, by));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceSealed(item, by)]));
  }
  return value;
};
