/** What an expression may read. Each field but `now` and `offsetMinutes` is a variable of that name. */
export interface ExpressionScope {
  /** The case's data; personal values are `{ref, commitment}`. */
  data: object;
  /** The data that the event brought; null when it brought none. */
  event: unknown;
  /** Who acts. */
  actor: { id: string; roles: readonly string[] };
  /** What was looked up for the command: rights, limits, totals, derived facts. */
  facts: object;
  /** The sum per kind of ledger line, each `{amount, currency}` in integer minor units. */
  ledger: object;
  /** The checklist's keys by how they stand: `received`, `waived`, `deferred`, `missing`, each a list. */
  documents: object;
  /** How many cases are linked, by relation. */
  links: object;
  /** `kind`, `openedAt`, `receivedAt`, `epoch`, `profile`, `historical`. */
  case: object;
  /** The list item that a child case is started for; absent elsewhere. */
  item?: unknown;
  /** The case's clock, RFC 3339. `now()` and `today()` read it; nothing reads the host's. */
  now: string;
  /** The case's zone at that instant, in minutes east of UTC. */
  offsetMinutes: number;
}

/** Names of the variables of every expression. */
export const scopeVariables = [
  'data',
  'event',
  'actor',
  'facts',
  'ledger',
  'documents',
  'links',
  'case',
  'item',
] as const;

/** A raw result: `value` may still be a language's own date or list type with an ISO text. */
export interface RawResult {
  value: unknown;
  warnings: string[];
}

/** A language that definitions may be written in. `compile` throws `ExpressionError`, and so does what it returns. */
export interface ExpressionLanguage {
  compile(source: string): (scope: ExpressionScope) => RawResult;
}

/** Languages by their `@lang`. */
export type ExpressionLanguages = Readonly<Record<string, ExpressionLanguage>>;
