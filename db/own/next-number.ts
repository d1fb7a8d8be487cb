import { sql } from 'drizzle-orm';
import { defaultNumberFormat, formatNumber } from '../../machines/settings/number-format.ts';
import type { Store } from '../open.ts';
import { counters } from '../schema/index.ts';
import { settingIn } from './tenant-settings.ts';

const prefixes: { [kind: string]: string } = {
  claim: 'CL',
  exposure: 'EX',
  complaint: 'CP',
  team: 'TM',
  approval: 'AP',
};

/**
 * The next case number of a kind and year in the company's format, e.g. `CL-2026-000001`. A number whose case is refused
 * stays unused.
 */
export const nextNumber = (store: Store, tenant: string, kind: string, year: number): Promise<string> => {
  const prefix = prefixes[kind] ?? 'CS';
  return store.write((db) => {
    // Kinds of a designer's own share one prefix, so they share one count.
    const { n } = db
      .insert(counters)
      .values({ tenant, kind: prefix, year, n: 1 })
      .onConflictDoUpdate({
        target: [counters.tenant, counters.kind, counters.year],
        set: { n: sql`${counters.n} + 1` },
      })
      .returning({ n: counters.n })
      .get();
    return formatNumber(settingIn(db, tenant, 'numberFormat') ?? defaultNumberFormat, { prefix, year, n });
  });
};
