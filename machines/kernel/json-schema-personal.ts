import { pointerStep } from './canonical-json.ts';
import { type JsonSchema, resolveRef } from './json-schema.ts';

/** Deeper than any schema that `checkSchema` lets through, references included. */
const depthMax = 64;

/**
 * JSON pointers of the personal values. A step `*` stands for any index or key, as in `/phones/*`.
 * The schema must have passed `checkSchema`.
 */
export const personalPaths = (schema: JsonSchema, root: JsonSchema): string[] => {
  const paths = new Set<string>();
  collectPersonal(schema, root, '', 0, paths);
  return [...paths].sort();
};

const collectPersonal = (
  schema: JsonSchema,
  root: JsonSchema,
  pointer: string,
  depth: number,
  paths: Set<string>,
): void => {
  if (schema['x-personal'] === true) {
    paths.add(pointer);
    return;
  }
  if (depth > depthMax) {
    return;
  }
  const below = (next: JsonSchema, step: string): void => {
    collectPersonal(next, root, pointer + step, depth + 1, paths);
  };
  const target = schema.$ref === undefined ? undefined : resolveRef(schema.$ref, root);
  if (target !== undefined) {
    below(target, '');
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    below(property, pointerStep(name));
  }
  if (typeof schema.additionalProperties === 'object') {
    below(schema.additionalProperties, '/*');
  }
  if (schema.items !== undefined) {
    below(schema.items, '/*');
  }
  for (const branch of [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])]) {
    below(branch, '');
  }
};
