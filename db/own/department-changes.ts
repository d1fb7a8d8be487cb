import type { JsonObject } from '../../machines/kernel/json.ts';
import { checkDepartment } from '../../machines/people/check-person.ts';
import type { Department } from '../../machines/people/organisation.ts';
import type { Db, Store } from '../open.ts';
import { departmentIn, writeDepartment } from './departments.ts';
import { knownIn } from './known-people.ts';
import { type ChangedBy, recordChange } from './people-history.ts';
import type { Saved } from './person-record.ts';

/** A department as history keeps it. */
export const departmentContent = ({ id, title, parent, head, status }: Department): JsonObject => ({
  ...{ id, title: { zh: title.zh, en: title.en }, parent, head, status },
});

/** Writes a department that has been checked, with its trace. False where nothing is different. */
export const recordDepartment = (db: Db, tenant: string, department: Department, by: ChangedBy): boolean => {
  const before = departmentIn(db, tenant, department.id);
  const content = departmentContent(department);
  if (before && JSON.stringify(departmentContent(before)) === JSON.stringify(content)) return false;
  writeDepartment(db, tenant, department);
  const subject = { kind: 'department', id: department.id } as const;
  const type = before ? 'department.changed' : 'department.added';
  recordChange(db, tenant, { type, subject, content, detail: content }, by);
  return true;
};

const save = (
  db: Db,
  tenant: string,
  department: Department,
  by: ChangedBy,
  before?: Department,
): Saved<Department> => {
  const faults = checkDepartment(department, knownIn(db, tenant), before);
  if (faults.length > 0) return { faults };
  recordDepartment(db, tenant, department, by);
  return { saved: department };
};

/** Adds a department. The same one again is no second one: a request may be sent twice. */
export const addDepartment = (
  store: Store,
  tenant: string,
  department: Department,
  by: ChangedBy,
): Promise<Saved<Department>> =>
  store.write((db) => {
    const there = departmentIn(db, tenant, department.id);
    if (there) {
      const same = JSON.stringify(departmentContent(there)) === JSON.stringify(departmentContent(department));
      return same ? { saved: there } : { refused: 'exists' };
    }
    return save(db, tenant, department, by);
  });

/** Changes a department, from what it is in the same transaction. */
export const changeDepartment = (
  store: Store,
  tenant: string,
  departmentId: string,
  change: Partial<Omit<Department, 'id'>>,
  by: ChangedBy,
): Promise<Saved<Department>> =>
  store.write((db) => {
    const there = departmentIn(db, tenant, departmentId);
    return there ? save(db, tenant, { ...there, ...change }, by, there) : { refused: 'missing' };
  });
