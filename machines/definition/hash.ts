import { canonicalJson } from '../kernel/canonical-json.ts';
import type { RuntimeDefinition } from '../kernel/definition.ts';
import { sha256Hex } from '../kernel/sha256.ts';
import type { DefinitionDocument } from './schema.ts';

/**
 * The hash of a version: SHA-256 in hex of the canonical JSON (RFC 8785) of the whole document without its
 * `layout` and without any member named `$comment`, at whatever depth. Everything else counts, titles and
 * scenarios included.
 *
 * @throws `NotCanonicalError` for what JSON cannot say
 */
export const definitionHash = (document: DefinitionDocument): string => {
  const { layout: _, ...rest } = document;
  return sha256Hex(canonicalJson(withoutComments(rest)));
};

/**
 * The hash of the part that travels with a case: SHA-256 in hex of its canonical JSON. It differs from the
 * version's hash and proves that a case runs what its version says.
 */
export const runtimePartHash = (part: RuntimeDefinition): string => sha256Hex(canonicalJson(part));

const withoutComments = (value: unknown): unknown => {
  if (Array.isArray(value)) {
    return value.map(withoutComments);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== '$comment')
      .map(([key, item]) => [key, withoutComments(item)]),
  );
};
