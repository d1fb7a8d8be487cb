import { asc, eq } from 'drizzle-orm';
import type { Role } from '../../machines/people/organisation.ts';
import type { Store } from '../open.ts';
import { roles } from '../schema/index.ts';

/** Makes a role, or gives it another title. */
export const putRole = (store: Store, tenant: string, { id, title }: Role): Promise<void> =>
  store.write((db) => {
    const titles = { titleZh: title.zh, titleEn: title.en };
    db.insert(roles)
      .values({ tenant, roleId: id, ...titles })
      .onConflictDoUpdate({ target: [roles.tenant, roles.roleId], set: titles })
      .run();
  });

/** All roles that somebody may hold, by id: some dozens. */
export const listRoles = (store: Store, tenant: string): Promise<Role[]> =>
  store.read((db) =>
    db
      .select()
      .from(roles)
      .where(eq(roles.tenant, tenant))
      .orderBy(asc(roles.roleId))
      .all()
      .map(({ roleId, titleZh, titleEn }) => ({ id: roleId, title: { zh: titleZh, en: titleEn } })),
  );
