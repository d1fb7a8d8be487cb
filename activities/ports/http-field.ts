import { z } from 'zod';
import type { Json } from '../../machines/kernel/json.ts';

/**
 * Where a field of ours is found in a foreign answer. Exactly one of `from`, `each`, `fields` and `const`; a text
 * alone stands for `from`. Pointers are JSON pointers (RFC 6901), below `each` from the item on.
 */
export interface FieldMap {
  from?: string | undefined;
  /** A list: `item` says how each of its elements is read. */
  each?: string | undefined;
  item?: FieldMap | undefined;
  fields?: { [name: string]: FieldMap } | undefined;
  const?: Json | undefined;
  /** Left out where the answer has nothing, or null, there. */
  optional?: boolean | undefined;
  /** With `fields`: the object is left out where the answer has nothing at this pointer. */
  ifPresent?: string | undefined;
  /** Foreign codes and what they are called here; a code that is not listed is an invalid answer. */
  values?: { [foreign: string]: Json } | undefined;
  /** Reads an amount: `unit` says whether it is given in yuan (`major`) or fen (`minor`). */
  money?: { unit: 'major' | 'minor'; currency: string } | undefined;
  /** Reads a local date that is not written `YYYY-MM-DD`: `20260131`, or a local time of which the date counts. */
  date?: 'compact' | 'local-time' | undefined;
}

const pointer = z
  .string()
  .regex(/^(\/([^~]|~[01])*)*$/, 'a JSON pointer such as /data/number ("" is the whole answer)');
const currency = z.union([z.string().regex(/^[A-Z]{3}$/), pointer]);
const fieldName = z.string().regex(/^[a-z][A-Za-z0-9]*$/, 'a field name');
const kinds = ['from', 'each', 'fields', 'const'] as const;
const needs = { item: 'each', ifPresent: 'fields', values: 'from', money: 'from', date: 'from' } as const;

/** Zod schema of a `FieldMap`. */
export const fieldMapSchema: z.ZodType<FieldMap> = z.preprocess(
  (value) => (typeof value === 'string' ? { from: value } : value),
  z
    .strictObject({
      from: pointer.optional(),
      each: pointer.optional(),
      item: z.lazy(() => fieldMapSchema).optional(),
      fields: z
        .record(
          fieldName,
          z.lazy(() => fieldMapSchema),
        )
        .optional(),
      const: z.json().optional(),
      optional: z.boolean().optional(),
      ifPresent: pointer.optional(),
      values: z.record(z.string(), z.json()).optional(),
      money: z.strictObject({ unit: z.enum(['major', 'minor']), currency }).optional(),
      date: z.enum(['compact', 'local-time']).optional(),
    })
    .check(({ value, issues }) => {
      const complain = (message: string): void => {
        issues.push({ code: 'custom', input: value, path: [], message });
      };
      const given = kinds.filter((kind) => value[kind] !== undefined);
      if (given.length !== 1) {
        complain(`exactly one of ${kinds.join(', ')}`);
      }
      for (const [key, kind] of Object.entries(needs)) {
        if (value[key as keyof typeof needs] !== undefined && value[kind] === undefined) {
          complain(`"${key}" goes with "${kind}"`);
        }
      }
      if (value.each !== undefined && value.item === undefined) {
        complain('"each" needs "item": how each element is read');
      }
      if ([value.values, value.money, value.date].filter((way) => way !== undefined).length > 1) {
        complain('at most one of values, money, date');
      }
    }),
);
