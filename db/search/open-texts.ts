import { isPlainObject } from '../../machines/kernel/canonical-json.ts';
import type { Json } from '../../machines/kernel/json.ts';
import { type JsonSchema, resolveRef } from '../../machines/kernel/json-schema.ts';
import { isSealed } from '../../machines/kernel/json-schema-value.ts';

/** The texts in a case's data that are neither personal nor marked for some roles only: what every reader sees. */
export const openTexts = (schema: JsonSchema, data: Json, root: JsonSchema): string[] => {
  const target = schema.$ref === undefined ? undefined : resolveRef(schema.$ref, root);
  if (isKept(schema) || isSealed(data)) return [];
  if (target) return openTexts(target, data, root);
  if (typeof data === 'string') return [data];
  if (Array.isArray(data)) return data.flatMap((item) => openTexts(schema.items ?? {}, item, root));
  if (!isPlainObject(data)) return [];
  const others = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
  return Object.entries(data as { [key: string]: Json }).flatMap(([key, item]) =>
    openTexts(schema.properties?.[key] ?? others, item, root),
  );
};

const isKept = (schema: JsonSchema): boolean =>
  schema['x-restricted'] !== undefined || schema['x-personal'] === true;
