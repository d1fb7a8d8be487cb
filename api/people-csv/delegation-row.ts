import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import type { ImportRows } from '../../db/own/import-line.ts';
import { instantMs } from '../../machines/kernel/instant.ts';
import type { Money } from '../../machines/kernel/json.ts';
import type { Delegation } from '../../machines/people/organisation.ts';
import { Instant } from '../schemas/common.ts';
import {
  Currency,
  DelegatedNames,
  DelegationKind,
  DelegationStatus,
  delegatedLimitsMax,
  Id,
  LimitAmount,
} from '../schemas/people.ts';
import { errorsOf, nullable, partsOf, type Read } from './cells.ts';
import type { CsvRow } from './read-table.ts';

/** The cell of a delegation that lends no limit at all; an empty one lends all of them. */
const noLimits = 'none';

// `CNY 3000000`
const LimitCell = z
  .string()
  .regex(/^[A-Z]{3} \d{1,16}$/, 'must be a currency and a whole number of minor units, such as CNY 3000000')
  .transform((cell) => {
    const [currency, amount] = cell.split(' ');
    return { amount: Number(amount), currency };
  })
  .pipe(z.strictObject({ amount: LimitAmount, currency: Currency }));

const DelegationCells = z.object({
  id: Id.optional(),
  kind: DelegationKind,
  person: Id,
  delegate: Id,
  from: Instant,
  until: Instant.nullable().optional(),
  roles: DelegatedNames.nullable().optional(),
  case_kinds: DelegatedNames.nullable().optional(),
  limits: z.array(LimitCell).max(delegatedLimitsMax).nullable().optional(),
  status: DelegationStatus.optional(),
});

const names = (cell: string | undefined): string[] | null | undefined => {
  const all = nullable(cell);
  return typeof all === 'string' ? partsOf(all) : all;
};

const kept = <T>(cell: T | null | undefined, there: T | null | undefined): T | null =>
  cell === undefined ? (there ?? null) : cell;

/** Reads a line of delegations. What its columns leave out stays as it is; of a new one it is as wide as can be. */
export const delegationOf = ({ line, cells }: CsvRow): Read<ImportRows['delegations'][number]['value']> => {
  const read = DelegationCells.safeParse({
    ...cells,
    ...{ id: cells.id || undefined, until: nullable(cells.until), status: cells.status || undefined },
    ...{ roles: names(cells.roles), case_kinds: names(cells.case_kinds) },
    limits: cells.limits === noLimits ? [] : names(cells.limits),
  });
  if (!read.success) {
    return { errors: errorsOf('delegations', line, read.error) };
  }
  const { kind, person: personId, delegate: delegateId, from, until, roles, limits, status } = read.data;
  const { case_kinds: caseKinds, id = ownId(kind, personId, delegateId, instantMs(from)) } = read.data;
  const untilMs = typeof until === 'string' ? instantMs(until) : until;
  const change = (there: Delegation | undefined): Delegation => ({
    ...{ id, kind, personId, delegateId, fromMs: instantMs(from) },
    ...{ untilMs: kept(untilMs, there?.untilMs), roles: kept(roles, there?.roles) },
    ...{ caseKinds: kept(caseKinds, there?.caseKinds), limits: kept(limits, there?.limits) },
    status: status ?? there?.status ?? 'active',
  });
  return { value: { line, value: { id, change } } };
};

// The same line imported twice is the same delegation.
const ownId = (kind: Delegation['kind'], personId: string, delegateId: string, fromMs: number): string =>
  `del-${createHash('sha256').update(`${kind} ${personId} ${delegateId} ${fromMs}`).digest('hex').slice(0, 24)}`;

/** The limits of a delegation as a cell that an import reads back. */
export const limitsCell = (limits: Money[] | null): string =>
  limits?.length === 0
    ? noLimits
    : (limits ?? []).map(({ amount, currency }) => `${currency} ${amount}`).join(';');
