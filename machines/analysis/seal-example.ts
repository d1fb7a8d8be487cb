import { canonicalJson, pointerStep } from '../kernel/canonical-json.ts';
import type { JsonSchema as DefinitionSchema } from '../kernel/definition.ts';
import type { Json, JsonObject, Sealed } from '../kernel/json.ts';
import type { JsonSchema } from '../kernel/json-schema.ts';
import { personalPaths } from '../kernel/json-schema-personal.ts';
import { sha256Hex } from '../kernel/sha256.ts';

/** What stands for an example's text where a vault would keep it. The commitment has no salt: examples are public. */
export const sealText = (ref: string, text: string): Sealed => ({
  ref,
  commitment: sha256Hex(canonicalJson(text)),
});

/** An example's data with each personal value replaced, as the API does it with a vault. */
export const sealExample = (
  schema: DefinitionSchema | undefined,
  root: DefinitionSchema,
  data: JsonObject,
): JsonObject => {
  const paths = schema ? personalPaths(schema as JsonSchema, root as JsonSchema) : [];
  const personal = paths.map((path) => path.split('/'));
  const isPersonal = (pointer: string): boolean => {
    const steps = pointer.split('/');
    return personal.some(
      (path) => path.length === steps.length && path.every((part, n) => part === '*' || part === steps[n]),
    );
  };
  const visit = (value: Json, pointer: string): Json => {
    if (isPersonal(pointer)) {
      return { ref: pointer, commitment: sha256Hex(canonicalJson(value)) };
    }
    if (Array.isArray(value)) {
      return value.map((item, index) => visit(item, pointer + pointerStep(index)));
    }
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, visit(item, pointer + pointerStep(key))]),
      );
    }
    return value;
  };
  return visit(data, '') as JsonObject;
};
