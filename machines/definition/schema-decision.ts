import { z } from 'zod';
import { DataSchema, Expression, limits, list, Text, Title, Value } from './schema-parts.ts';

/** A name that FEEL reads as one name: no hyphen, no space. */
const OutputName = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,59}$/, {
  error: 'a name of letters, digits and "_", at most 60 characters',
});

/** Columns of a table, inputs and outputs each. */
const columnsMax = 12;
const row = <T extends z.core.SomeType>(item: T) => z.array(item).max(columnsMax);

const Cell = z
  .string()
  .min(1)
  .max(limits.textCharsMax)
  .describe('A unary test in FEEL, e.g. "a", "b" or [1..5) or > data.limit; - lets any value pass');

export const DecisionDefinition = z
  .strictObject({
    title: Title.exactOptional(),
    hitPolicy: z.enum(['U', 'F', 'C', 'P']),
    inputs: row(z.strictObject({ title: Title.exactOptional(), expression: Expression })).min(1),
    outputs: row(
      z.strictObject({
        name: OutputName,
        title: Title.exactOptional(),
        schema: DataSchema,
        priority: list(z.json()).min(1).exactOptional(),
      }),
    ).min(1),
    rules: list(
      z.strictObject({ when: row(Cell.nullable()), gives: row(Value), note: Text.exactOptional() }),
    ).min(1),
    default: row(Value).exactOptional(),
  })
  .meta({ id: 'DecisionDefinition' });
