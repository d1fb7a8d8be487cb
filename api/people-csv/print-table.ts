import { stringify } from 'csv-stringify/sync';
import type { Store } from '../../db/open.ts';
import { allAbsencesIn } from '../../db/own/absences.ts';
import { allLimitsIn } from '../../db/own/authority.ts';
import { allDelegationsIn } from '../../db/own/delegations.ts';
import { departmentsIn } from '../../db/own/departments.ts';
import { allPeopleIn } from '../../db/own/list-people.ts';
import { instantAt } from '../../machines/kernel/instant.ts';
import type { Membership } from '../../machines/people/organisation.ts';
import { columnsOf } from './columns.ts';
import { limitsCell } from './delegation-row.ts';
import type { Table } from './read-table.ts';

type Cells = { [column: string]: string };

const at = (ms: number | null): string => (ms === null ? '' : instantAt(ms));

const listed = (memberships: Membership[], kind: Membership['kind']): string =>
  memberships
    .filter((membership) => membership.kind === kind)
    .map(({ name, fromMs, untilMs }) =>
      fromMs === null && untilMs === null ? name : `${name}@${at(fromMs)}/${at(untilMs)}`,
    )
    .join(';');

const rowsOf: { [table in Table]: (store: Store, tenant: string) => Promise<Cells[]> } = {
  people: (store, tenant) =>
    store.read((db) =>
      allPeopleIn(db, tenant).map(({ id, name, status, memberships, superior, humanId, calendar }) => ({
        ...{ id, name, status, superior: superior ?? '', same_person_as: humanId ?? '' },
        roles: listed(memberships, 'role'),
        departments: listed(memberships, 'department'),
        skills: listed(memberships, 'skill'),
        licences: listed(memberships, 'licence'),
        regions: listed(memberships, 'region'),
        calendar: calendar ?? '',
      })),
    ),
  departments: (store, tenant) =>
    store.read((db) =>
      departmentsIn(db, tenant).map(({ id, title, parent, head, status }) => ({
        ...{ id, title_zh: title.zh, title_en: title.en, parent: parent ?? '', head: head ?? '', status },
      })),
    ),
  authority: (store, tenant) =>
    store.read((db) =>
      allLimitsIn(db, tenant).map(({ holder, caseKind, currency, amount, fromMs, untilMs }) => ({
        ...{ holder_kind: holder.kind, holder: holder.id, case_kind: caseKind ?? '', currency },
        ...{ amount: String(amount), from: at(fromMs), until: at(untilMs) },
      })),
    ),
  absences: (store, tenant) =>
    store.read((db) =>
      allAbsencesIn(db, tenant).map(({ id, personId, reason, fromMs, untilMs, status }) => ({
        ...{ id, person: personId, reason, from: at(fromMs), until: at(untilMs), status },
      })),
    ),
  delegations: (store, tenant) =>
    store.read((db) =>
      allDelegationsIn(db, tenant).map(
        ({ id, kind, personId, delegateId, fromMs, untilMs, roles, caseKinds, limits, status }) => ({
          ...{ id, kind, person: personId, delegate: delegateId, from: at(fromMs), until: at(untilMs) },
          ...{ roles: roles?.join(';') ?? '', case_kinds: caseKinds?.join(';') ?? '' },
          ...{ limits: limitsCell(limits), status },
        }),
      ),
    ),
};

/** A whole table as CSV (RFC 4180, UTF-8 with a byte order mark, which spreadsheets need); an import reads it back. */
export const printTable = async (store: Store, tenant: string, table: Table): Promise<string> => {
  const { required, optional } = columnsOf[table];
  return stringify(await rowsOf[table](store, tenant), {
    ...{ header: true, bom: true, columns: [...required, ...optional], record_delimiter: 'windows' },
  });
};
