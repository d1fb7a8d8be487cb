import type { Json, JsonObject } from '../../machines/kernel/json.ts';
import type { JsonSchema } from '../../machines/kernel/json-schema.ts';
import { personalPaths } from '../../machines/kernel/json-schema-personal.ts';
import { sha256Hex } from '../../machines/kernel/sha256.ts';

/** The data with each personal value replaced as the API does it, without a vault: the reference says where it stood. */
export const sealPersonal = (schema: JsonSchema, root: JsonSchema, data: JsonObject): JsonObject => {
  const paths = personalPaths(schema, root);
  const isPersonal = (pointer: string): boolean =>
    paths.some((path) => new RegExp(`^${path.replaceAll('*', '[^/]+')}$`).test(pointer));
  const visit = (value: Json, pointer: string): Json => {
    if (isPersonal(pointer)) {
      return { ref: pointer, commitment: sha256Hex(JSON.stringify(value)) };
    }
    if (Array.isArray(value)) {
      return value.map((item, index) => visit(item, `${pointer}/${index}`));
    }
    return typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value).map(([key, item]) => [key, visit(item, `${pointer}/${key}`)]),
        )
      : value;
  };
  return visit(data, '') as JsonObject;
};
