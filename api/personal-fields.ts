import { isPlainObject, pointerStep } from '../machines/kernel/canonical-json.ts';
import type { Json } from '../machines/kernel/json.ts';
import { type JsonSchema, resolveRef, validate } from '../machines/kernel/json-schema.ts';

/** A personal value in data that have been validated: where it lies. */
export interface PersonalField {
  /** JSON pointer into the data. */
  pointer: string;
  value: Json;
  /** It stands under a mark `x-restricted`: a search that all may use must not find the case by it. */
  restricted: boolean;
}

/** All values that a schema marks `x-personal`, in valid clear data. */
export const personalFields = (schema: JsonSchema, data: Json, root: JsonSchema): PersonalField[] => {
  const found: PersonalField[] = [];
  visit(found, schema, data, { root, restricted: false }, '');
  return found;
};

const visit = (
  found: PersonalField[],
  schema: JsonSchema,
  value: Json,
  around: { root: JsonSchema; restricted: boolean },
  pointer: string,
): void => {
  const { root } = around;
  const restricted = around.restricted || schema['x-restricted'] !== undefined;
  const inner = { root, restricted };
  if (schema['x-personal'] === true) {
    if (!found.some((field) => field.pointer === pointer)) {
      found.push({ pointer, value, restricted });
    }
    return;
  }
  const target = schema.$ref === undefined ? undefined : resolveRef(schema.$ref, root);
  if (target) {
    visit(found, target, value, inner, pointer);
    return;
  }
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      visit(found, schema.items ?? {}, item, inner, pointer + pointerStep(index));
    }
  } else if (isPlainObject(value)) {
    for (const [key, item] of Object.entries(value as { [key: string]: Json })) {
      const others = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
      visit(found, schema.properties?.[key] ?? others, item, inner, pointer + pointerStep(key));
    }
  }
  // Only the alternative that the value fits says what of it is personal.
  for (const branch of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) {
    if (validate(branch, value, root, { personal: 'clear' }).length === 0) {
      visit(found, branch, value, inner, pointer);
    }
  }
};

/** The data with the values at these pointers replaced. */
export const replaceAt = (data: Json, replacements: ReadonlyMap<string, Json>, pointer = ''): Json => {
  const replacement = replacements.get(pointer);
  if (replacement !== undefined) {
    return replacement;
  }
  if (Array.isArray(data)) {
    return data.map((item, index) => replaceAt(item, replacements, pointer + pointerStep(index)));
  }
  if (typeof data === 'object' && data !== null) {
    return Object.fromEntries(
      Object.entries(data).map(([key, item]) => [
        key,
        replaceAt(item, replacements, pointer + pointerStep(key)),
      ]),
    );
  }
  return data;
};
