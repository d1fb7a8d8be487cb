import { sql } from 'drizzle-orm';
import type { Db } from '../open.ts';
import { isOneOf } from './is-one-of.ts';

/** Matches that are looked at first: they are all of a rare word, and enough for a wide filter. */
const newestCounts = [200, 800];
/** Those that are looked at further, where no filter is narrow. */
const furtherCounts = [2_000, 2_000, 2_000, 4_000];
/** Cases of a narrow filter that the index is asked for one by one. */
const probeCounts = [1, 9, 70, 170];
/** No further ones are, once they took this processor time: where words seldom stand together, each is a walk to where they do. */
const probingMs = 15;
/** Matches that are passed over for those of a narrow filter: hundreds pass in the time of one probe. */
const passedCounts = [25_000, 75_000, 100_000];

/** A part of the full-text index, which goes on where the one before ended. */
export interface Stretch {
  /** The rows in it that match, in any order. */
  rows: number[];
  /** Its lowest row; null: below there is nothing more. */
  to: number | null;
}

/**
 * What matches, from the newest row down, for as long as more is asked for and the work that one page may take lasts. Where
 * the newest matches are not enough the narrow side leads, if there is one: where its cases lie far apart each is looked up in
 * the index, else the matches between them are passed over.
 *
 * @param match in the index's own language
 * @param size of the page: so many matches are looked at before all
 * @param narrow is asked at most once: the only rows that come into question, the highest first
 */
export function* stretchesOf(
  db: Db,
  {
    match,
    below,
    size,
    narrow,
  }: { match: string; below: number; size: number; narrow: () => number[] | undefined },
): Generator<Stretch> {
  const to = yield* stretchesBelow(db, match, below, { counts: [size + 1, ...newestCounts] });
  if (to === null) return;
  const among = narrow()?.filter((n) => n < to);
  if (among === undefined) {
    yield* stretchesBelow(db, match, to, { counts: furtherCounts });
    return;
  }
  const [nearby = 0] = passedCounts;
  const isNear = to - (among[Math.min(size, among.length - 1)] ?? to) <= nearby;
  const passedTo = isNear ? to : yield* stretchesProbed(db, match, to, among);
  if (passedTo === null) return;
  const rest = among.filter((n) => n < passedTo);
  yield* stretchesBelow(db, match, passedTo, { counts: passedCounts, among: rest });
}

/** Of those among given rows, asked one by one. The answer is how far it came, like that of a stretch. */
function* stretchesProbed(
  db: Db,
  match: string,
  below: number,
  among: number[],
): Generator<Stretch, number | null> {
  const startMs = processorMs();
  let probed = 0;
  let to: number | null = below;
  for (const count of probeCounts) {
    if (to === null || processorMs() - startMs > probingMs) break;
    const some = among.slice(probed, probed + count);
    probed += some.length;
    to = probed < among.length ? (some.at(-1) ?? null) : null;
    yield { rows: probing(db, match, some), to };
  }
  return to;
}

/** Of matches, or of those among given rows. The answer is how far it came, like that of a stretch. */
function* stretchesBelow(
  db: Db,
  match: string,
  below: number,
  { counts, among }: { counts: number[]; among?: number[] },
): Generator<Stretch, number | null> {
  let to: number | null = below;
  for (const count of counts) {
    if (to === null) break;
    const stretch: Stretch = matching(db, match, { below: to, count, among });
    yield stretch;
    to = stretch.to;
  }
  return to;
}

const processorMs = (): number => process.threadCpuUsage().user / 1_000;

// The driver binds numbers as reals, by which the index would not bound its rows.
const matching = (
  db: Db,
  match: string,
  { below, count, among }: { below: number; count: number; among?: number[] | undefined },
): Stretch => {
  const rows = sql`select rowid as n from case_search where case_search match ${match}
    and rowid < cast(${below} as integer) and rowid >= cast(${among?.at(-1) ?? 0} as integer)
    order by rowid desc limit ${count}`;
  const chosen = among === undefined ? sql`` : sql`filter (where ${isOneOf(sql`n`, among)})`;
  const found = db.get<{ rows: string; seen: number; lowest: number | null }>(
    sql`select json_group_array(n) ${chosen} as rows, count(*) as seen, min(n) as lowest from (${rows})`,
  );
  return { rows: JSON.parse(found.rows), to: found.seen < count ? null : found.lowest };
};

const probing = (db: Db, match: string, rows: number[]): number[] =>
  db
    .all<{ n: number }>(
      sql`select rowid as n from case_search where case_search match ${match} and ${isOneOf(sql`rowid`, rows)}`,
    )
    .map(({ n }) => n);
