import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { Department } from '../../machines/people/organisation.ts';
import type { Db, Store } from '../open.ts';
import { perConnection } from '../prepared.ts';
import { decodeCursor, encodeCursor, type Page, pageOf, pageSize } from '../read/cursor.ts';
import { departments } from '../schema/index.ts';

type DepartmentRow = typeof departments.$inferSelect;

const departmentOf = (row: DepartmentRow): Department => ({
  id: row.departmentId,
  title: { zh: row.titleZh, en: row.titleEn },
  parent: row.parentId,
  head: row.headId,
  status: row.status,
});

/** For a transaction that also records the change. */
export const writeDepartment = (db: Db, tenant: string, department: Department): void => {
  const { id, title, parent, head, status } = department;
  const row = { titleZh: title.zh, titleEn: title.en, parentId: parent, headId: head, status };
  db.insert(departments)
    .values({ tenant, departmentId: id, ...row })
    .onConflictDoUpdate({ target: [departments.tenant, departments.departmentId], set: row })
    .run();
};

/** Makes a department what it is given as, without a trace: for what is there from the start. */
export const putDepartment = (
  store: Store,
  tenant: string,
  department: Pick<Department, 'id' | 'title'> & Partial<Department>,
): Promise<void> =>
  store.write((db) =>
    writeDepartment(db, tenant, { parent: null, head: null, status: 'active', ...department }),
  );

const statements = perConnection((db) => ({
  one: db
    .select()
    .from(departments)
    .where(
      and(
        eq(departments.tenant, sql.placeholder('tenant')),
        eq(departments.departmentId, sql.placeholder('departmentId')),
      ),
    )
    .prepare(),
}));

export const departmentIn = (db: Db, tenant: string, departmentId: string): Department | undefined => {
  const row = statements(db).one.get({ tenant, departmentId });
  return row && departmentOf(row);
};

/** All of a tenant's, by id: a company has some hundred, and the tree is walked as a whole. */
export const departmentsIn = (db: Db, tenant: string): Department[] =>
  db
    .select()
    .from(departments)
    .where(eq(departments.tenant, tenant))
    .orderBy(asc(departments.departmentId))
    .all()
    .map(departmentOf);

/** One page of departments by id. @throws CursorInvalid */
export const listDepartments = async (
  store: Store,
  { tenant, limit, cursor }: { tenant: string; limit?: number | undefined; cursor?: string | undefined },
): Promise<Page<Department>> => {
  const [after = ''] = cursor === undefined ? [''] : decodeCursor('departments', cursor, ['']);
  const size = pageSize(limit);
  const rows = await store.read((db) =>
    db
      .select()
      .from(departments)
      .where(and(eq(departments.tenant, tenant), gt(departments.departmentId, String(after))))
      .orderBy(asc(departments.departmentId))
      .limit(size + 1)
      .all()
      .map(departmentOf),
  );
  return pageOf(rows, size, ({ id }) => encodeCursor('departments', [id]));
};
