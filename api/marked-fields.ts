import { isPlainObject, pointerStep } from '../machines/kernel/canonical-json.ts';
import type { Json } from '../machines/kernel/json.ts';
import { type JsonSchema, resolveRef, validate } from '../machines/kernel/json-schema.ts';

/** A value in data that have been validated, whose schema carries a mark: where it lies. */
export interface MarkedField {
  /** JSON pointer into the data. */
  pointer: string;
  value: Json;
  /** What carries the mark. */
  schema: JsonSchema;
  /** It stands under a mark `x-restricted`: a search that all may use must not find the case by it. */
  restricted: boolean;
}

interface Looking {
  root: JsonSchema;
  isMarked: (schema: JsonSchema) => boolean;
  found: MarkedField[];
}

/** All values whose schema is marked, in valid clear data; nothing is looked for inside of one. */
export const markedFields = (
  schema: JsonSchema,
  data: Json,
  { root, isMarked }: Pick<Looking, 'root' | 'isMarked'>,
): MarkedField[] => {
  const found: MarkedField[] = [];
  visit({ root, isMarked, found }, schema, data, { pointer: '', restricted: false });
  return found;
};

const visit = (
  looking: Looking,
  schema: JsonSchema,
  value: Json,
  { pointer, restricted: outside }: { pointer: string; restricted: boolean },
): void => {
  const { root, isMarked, found } = looking;
  const restricted = outside || schema['x-restricted'] !== undefined;
  const here = { pointer, restricted };
  if (isMarked(schema)) {
    if (!found.some((field) => field.pointer === pointer)) {
      found.push({ pointer, value, schema, restricted });
    }
    return;
  }
  const target = schema.$ref === undefined ? undefined : resolveRef(schema.$ref, root);
  if (target) {
    visit(looking, target, value, here);
    return;
  }
  const below = (inner: JsonSchema, item: Json, step: string | number): void =>
    visit(looking, inner, item, { pointer: pointer + pointerStep(step), restricted });
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      below(schema.items ?? {}, item, index);
    }
  } else if (isPlainObject(value)) {
    for (const [key, item] of Object.entries(value as { [key: string]: Json })) {
      const others = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
      below(schema.properties?.[key] ?? others, item, key);
    }
  }
  // Only the alternative that the value fits says what of it is marked.
  for (const branch of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) {
    if (validate(branch, value, root, { personal: 'clear' }).length === 0) {
      visit(looking, branch, value, here);
    }
  }
};
