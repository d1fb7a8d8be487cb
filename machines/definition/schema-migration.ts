import { z } from 'zod';
import { Key, list, named, Text, Value, Version } from './schema-parts.ts';

/** How a case of an earlier version becomes one of this: where it then stands, and what becomes of its data. */
export const Migration = z
  .strictObject({
    from: Version,
    /** Old state id → new state id; a state that is left out keeps its id. */
    states: named(Key, Key),
    data: z
      .strictObject({
        /** Path below the new `data` → value; expressions read the old. */
        set: named(Text, Value).exactOptional(),
        /** Paths below the old `data` that the new one has no more. */
        drop: list(Text).exactOptional(),
      })
      .exactOptional(),
    note: Text.exactOptional(),
  })
  .meta({ id: 'Migration' });
