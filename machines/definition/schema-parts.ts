import { z } from 'zod';

/** Limits on a definition document; all of them are far above what the shipped definitions need. */
export const limits = {
  /** Bytes of the whole document as JSON. */
  documentBytesMax: 1_000_000,
  /** Bytes of the part that travels with a case. */
  runtimePartBytesMax: 102_400,
  depthMax: 64,
  valuesMax: 60_000,
  statesMax: 400,
  transitionsMax: 5_000,
  entriesMax: 300,
  listMax: 100,
  textCharsMax: 500,
  expressionCharsMax: 2_000,
} as const;

const text = (charsMax: number) => z.string().min(1).max(charsMax);

/** An object with keys of our own choosing, of a bounded number. */
export const named = <K extends z.core.$ZodRecordKey, V extends z.core.SomeType>(key: K, value: V) =>
  z.record(key, value).refine((record) => Object.keys(record).length <= limits.entriesMax, {
    error: `at most ${limits.entriesMax} entries`,
  });

export const list = <T extends z.core.SomeType>(item: T) => z.array(item).max(limits.listMax);

export const Key = z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,59}$/, {
  error: 'a name of letters, digits and hyphens, at most 60 characters',
});

export const EventName = z.string().regex(/^(?=.{1,80}$)[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*$/, {
  error: 'lower case words joined by dots, e.g. "offer.accept"',
});

/** A key of `services`. */
export const ServiceName = Key.or(EventName);

/** The name of an activity: dotted like an event's. */
export const ActivityName = z.string().regex(/^(?=.{1,80}$)[a-z][a-zA-Z0-9-]*(\.[a-z][a-zA-Z0-9-]*)*$/);

export const Text = text(limits.textCharsMax);

/** An ISO 8601 length; whether it may hold months or years depends on where it stands, and lint says so. */
export const Length = text(40).describe('ISO 8601 length, e.g. P15D or PT30M');

export const Version = z.string().regex(/^\d{1,6}\.\d{1,6}\.\d{1,6}$/, { error: 'a version such as 1.0.0' });

/** A title in both languages the product speaks. */
export const Title = z.strictObject({ zh: Text, en: Text }).meta({ id: 'Title' });

export const Expression = z
  .strictObject({ '@expr': text(limits.expressionCharsMax), '@lang': z.literal('feel') })
  .meta({ id: 'Expression' });

/** Any JSON; objects in it that have exactly `@expr` and `@lang` are expressions. */
export const Value = z.json().meta({ id: 'Value' });

/** A JSON Schema of the subset that cases' data is checked with. */
export const DataSchema = z.record(z.string(), z.json()).meta({ id: 'DataSchema' });

/** Data given as it stands: openings and events of scenarios. */
export const Data = z.record(z.string(), z.json());

export const roles = list(Key).min(1);
