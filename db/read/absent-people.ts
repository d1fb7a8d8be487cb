import { type SQL, sql } from 'drizzle-orm';

/**
 * Who has left or is away at an instant (epoch milliseconds), on an absence of at least `msMin`, as rows of `tenant`,
 * `person_id`, `because` and `since_ms`.
 */
export const absentOf = (nowMs: number, msMin: number): SQL => sql`
  select tenant, person_id, 'left' as because, 0 as since_ms from people where status = 'disabled'
  union all
  select a.tenant, a.person_id, 'away', a.from_ms from absences a join people p using (tenant, person_id)
    where a.status = 'active' and a.from_ms <= ${nowMs} and a.until_ms > ${nowMs}
    and a.until_ms - a.from_ms >= ${msMin} and p.status = 'active'`;
