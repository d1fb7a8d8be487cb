import type { DeadlineDefinition, Source } from '../kernel/definition.ts';
import { parseDuration, toMilliseconds } from '../kernel/duration.ts';
import { type JsonSchema, type SchemaProblem, validate } from '../kernel/json-schema.ts';
import schema from './ladder.v1.json' with { type: 'json' };

/** One step of the ladder: whom it tells once a clock has come so far. */
export interface Rung {
  id: string;
  /** Fraction of the counted time; 1 is the breach. */
  at: number;
  /** ISO 8601 length after the breach; the rung is dropped where the clock has stopped by then. */
  after?: string;
  /** Only clocks of these sources; absent: all. */
  sources?: Source['kind'][];
  /** Roles; or `owner`, `assignee`, `department-head` of the case. */
  tell: string[];
  /** Those of them who have to act, not only to know. */
  mustAct?: string[];
  /** False: shown to them, never sent. */
  send: boolean;
  template: string;
}

/** How warnings and breaches become messages to people: data, checked against `ladder.v1.json`. */
export interface Ladder {
  id: string;
  version: string;
  rungs: Rung[];
  /** Roles that are meant along the case's own line of superiors: where nobody there holds one, the nearest above. */
  line: string[];
  /** Roles to tell, the first that somebody holds, where a rung would tell nobody. */
  lastResort: string[];
  /** What is told in quiet hours too: these clocks from `at` on, and the deadlines named. */
  urgent: { sources: Source['kind'][]; at: number; deadlines: string[] };
  /** Local times `HH:MM` of the person's calendar; days that do not work may be quiet as a whole. */
  quiet: { from: string; to: string; nonWorkingDays: boolean };
  /** Local time of the digest, on working days. */
  digestAt: string;
  /** ISO 8601 length in hours or minutes: two messages to one person about one case are at least so far apart. */
  apart: string;
  /** Persons that one rung tells at most. */
  recipientsMax: number;
}

/** A rung as it applies to one clock. */
export interface LadderStep {
  /** The rung's id: what reports count by. */
  rule: string;
  tell: string[];
  mustAct: string[];
  send: boolean;
  template: string;
  /** Breaks quiet hours. */
  urgent: boolean;
  /** 0: at once. */
  afterMs: number;
}

/** What is wrong with a ladder; nothing where it may be used. */
export const ladderProblems = (value: unknown): SchemaProblem[] => {
  const problems = validate(schema as JsonSchema, value, schema as JsonSchema, { personal: 'clear' });
  if (problems.length > 0) {
    return problems;
  }
  const { rungs } = value as Ladder;
  return rungs.flatMap(({ id, at, after }, index) => [
    ...(rungs.findIndex((other) => other.id === id) < index
      ? [{ pointer: `/rungs/${index}/id`, message: 'is another rung’s' }]
      : []),
    ...(after !== undefined && at < 1
      ? [{ pointer: `/rungs/${index}/after`, message: 'is for what follows a breach' }]
      : []),
  ]);
};

/** The part of a deadline's definition that says whom it tells. */
export type LadderClock = Pick<DeadlineDefinition, 'source' | 'onWarn' | 'onBreach'> & { name: string };

/**
 * The rungs of one clock at a fraction of its time. Whom the definition itself names (`onWarn`, `onBreach`) goes before
 * whom the ladder names; the rungs for clocks of law and regulator come on top of either.
 */
export const ladderSteps = (ladder: Ladder, clock: LadderClock, fraction: number): LadderStep[] => {
  const own = fraction >= 1 ? clock.onBreach?.tell : clock.onWarn?.find(({ at }) => at === fraction)?.tell;
  const applies = ({ sources }: Rung): boolean =>
    sources === undefined || sources.includes(clock.source.kind);
  const general = ladder.rungs.filter(({ sources, after }) => sources === undefined && after === undefined);
  const exact = general.find(({ at }) => at === fraction);
  // A definition may warn at a fraction of its own: it is then as loud as the rung below.
  const base = exact ?? (own ? general.filter(({ at }) => at < fraction).at(-1) : undefined);
  const told = own ?? base?.tell ?? [];
  const rungs = [
    ...(base ? [{ ...base, tell: told }] : []),
    ...ladder.rungs
      .filter((rung) => rung.at === fraction && !general.includes(rung) && applies(rung))
      .map((rung) => ({ ...rung, tell: rung.tell.filter((role) => rung.after || !told.includes(role)) })),
  ];
  return rungs
    .filter(({ tell }) => tell.length > 0)
    .map(({ id, tell, mustAct = [], send, template, after }) => ({
      ...{ rule: id, tell, mustAct, send, template },
      urgent: isUrgent(ladder, clock, fraction),
      afterMs: after === undefined ? 0 : lengthMs(after),
    }));
};

/** Whether a clock at this fraction is told in quiet hours too. */
export const isUrgent = (
  { urgent }: Ladder,
  { name, source }: Pick<LadderClock, 'name' | 'source'>,
  fraction: number,
): boolean =>
  urgent.deadlines.includes(name) || (urgent.sources.includes(source.kind) && fraction >= urgent.at);

/** Milliseconds between two messages to one person about one case. */
export const apartMs = ({ apart }: Ladder): number => lengthMs(apart);

const lengthMs = (length: string): number => {
  const duration = parseDuration(length);
  const ms = duration && toMilliseconds(duration);
  if (ms === undefined) {
    throw new RangeError(`Not a length of hours or minutes: "${length}"`);
  }
  return ms;
};
