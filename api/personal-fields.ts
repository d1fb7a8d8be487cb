import { pointerStep } from '../machines/kernel/canonical-json.ts';
import type { Json } from '../machines/kernel/json.ts';
import type { JsonSchema } from '../machines/kernel/json-schema.ts';
import { type MarkedField, markedFields } from './marked-fields.ts';

/** All values that a schema marks `x-personal`, in valid clear data. */
export const personalFields = (schema: JsonSchema, data: Json, root: JsonSchema): MarkedField[] =>
  markedFields(schema, data, { root, isMarked: (each) => each['x-personal'] === true });

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
