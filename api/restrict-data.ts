import { isPlainObject } from '../machines/kernel/canonical-json.ts';
import type { Json } from '../machines/kernel/json.ts';
import { type JsonSchema, resolveRef } from '../machines/kernel/json-schema.ts';
import type { Reader } from './reader.ts';
import { maySeeRestricted } from './rights.ts';

/** A case's data without the fields that are marked for other roles than the reader's. */
export const restrictData = (schema: JsonSchema, data: Json, root: JsonSchema, reader: Reader): Json => {
  const target = schema.$ref === undefined ? undefined : resolveRef(schema.$ref, root);
  if (target) {
    return restrictData(target, data, root, reader);
  }
  if (Array.isArray(data)) {
    return data.map((item) => restrictData(schema.items ?? {}, item, root, reader));
  }
  if (!isPlainObject(data)) {
    return data;
  }
  const kept = Object.entries(data as { [key: string]: Json }).flatMap(([key, item]) => {
    const others = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
    const rule = schema.properties?.[key] ?? others;
    const through = rule.$ref === undefined ? undefined : resolveRef(rule.$ref, root);
    return maySeeRestricted(reader, rule['x-restricted']) &&
      maySeeRestricted(reader, through?.['x-restricted'])
      ? [[key, restrictData(rule, item, root, reader)] as const]
      : [];
  });
  return Object.fromEntries(kept);
};

/** The form of an event's data; of a restricted event all of it carries the mark. */
export const formOf = (event: { data?: JsonSchema; 'x-restricted'?: string[] }): JsonSchema | undefined =>
  event.data === undefined || event['x-restricted'] === undefined
    ? event.data
    : { ...event.data, 'x-restricted': event['x-restricted'] };
