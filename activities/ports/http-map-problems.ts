import { z } from 'zod';
import type { FieldMap } from './http-field.ts';

/** A field map that cannot give what the port expects. `path` leads into the map. */
export interface MapProblem {
  path: PropertyKey[];
  message: string;
}

/**
 * Compares a field map with the answer that it shall give: unknown fields, missing ones, a list where there is none.
 * Found when the file is read, since otherwise a misspelt field would first fail at the first customer.
 */
export const mapProblems = (map: FieldMap, answer: z.ZodType): MapProblem[] => {
  const schema = unwrapped(answer);
  if (schema instanceof z.ZodArray) {
    return map.each !== undefined && map.item
      ? below('item', mapProblems(map.item, schema.element as z.ZodType))
      : map.const !== undefined || map.from !== undefined
        ? []
        : [{ path: [], message: 'a list is expected: use "each" and "item"' }];
  }
  if (map.each !== undefined) {
    return [{ path: ['each'], message: 'no list is expected here' }];
  }
  if (!map.fields) {
    return [];
  }
  if (!(schema instanceof z.ZodObject)) {
    return [{ path: ['fields'], message: 'one value is expected here, not fields' }];
  }
  return objectProblems(map.fields, schema.shape);
};

const objectProblems = (
  fields: { [name: string]: FieldMap },
  shape: { [name: string]: z.ZodType },
): MapProblem[] => {
  const problems: MapProblem[] = [];
  for (const [name, schema] of Object.entries(shape)) {
    const field = fields[name];
    if (field) {
      problems.push(...below('fields', below(name, mapProblems(field, schema))));
    } else if (!schema.safeParse(undefined).success) {
      problems.push({ path: ['fields'], message: `missing field "${name}"` });
    }
  }
  for (const name of Object.keys(fields)) {
    if (!Object.hasOwn(shape, name)) {
      problems.push({
        path: ['fields', name],
        message: `unknown field; there are ${Object.keys(shape).join(', ')}`,
      });
    }
  }
  return problems;
};

const below = (step: PropertyKey, problems: MapProblem[]): MapProblem[] =>
  problems.map(({ path, message }) => ({ path: [step, ...path], message }));

const unwrapped = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable
    ? unwrapped(schema.unwrap() as z.ZodType)
    : schema;
