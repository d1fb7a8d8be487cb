import { checkDepartment } from '../../machines/people/check-person.ts';
import type { Department } from '../../machines/people/organisation.ts';
import { departmentContent, recordDepartment } from './department-changes.ts';
import { faultsOf, type Judged, type Judging, repeatedLines, type State, type Step } from './import-line.ts';

/** The lines of departments, judged together with all that comes. */
export const judgeDepartments = (
  departments: State<Department>[],
  { db, tenant, known, by }: Judging,
): Judged => ({
  bad: [
    ...repeatedLines('departments', departments),
    ...departments.flatMap(({ line, before, after }) =>
      faultsOf('departments', line, checkDepartment(after, known, before)),
    ),
  ],
  steps: departments.map(
    ({ line, before, after }): Step => ({
      ...{ table: 'departments', line, after: departmentContent(after) },
      before: before && departmentContent(before),
      write: () => recordDepartment(db, tenant, after, by),
    }),
  ),
});
