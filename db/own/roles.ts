import { and, asc, eq } from 'drizzle-orm';
import type { Role } from '../../machines/people/organisation.ts';
import type { Db, Store } from '../open.ts';
import { roles } from '../schema/index.ts';
import { type ChangedBy, recordChange } from './people-history.ts';
import type { Saved } from './person-record.ts';

/** Makes a role, or gives it another title. */
export const putRole = (store: Store, tenant: string, { id, title }: Role): Promise<void> =>
  store.write((db) => {
    const titles = { titleZh: title.zh, titleEn: title.en };
    db.insert(roles)
      .values({ tenant, roleId: id, ...titles })
      .onConflictDoUpdate({ target: [roles.tenant, roles.roleId], set: titles })
      .run();
  });

/** Adds a role. The same one again is no second one: a request may be sent twice. */
export const addRole = (store: Store, tenant: string, role: Role, by: ChangedBy): Promise<Saved<Role>> =>
  store.write((db) => {
    const { id, title } = role;
    const there = db
      .select()
      .from(roles)
      .where(and(eq(roles.tenant, tenant), eq(roles.roleId, id)))
      .get();
    if (there) {
      return there.titleZh === title.zh && there.titleEn === title.en
        ? { saved: role }
        : { refused: 'exists' };
    }
    db.insert(roles).values({ tenant, roleId: id, titleZh: title.zh, titleEn: title.en }).run();
    const content = { id, title: { zh: title.zh, en: title.en } };
    recordChange(
      db,
      tenant,
      { type: 'role.added', subject: { kind: 'role', id }, content, detail: content },
      by,
    );
    return { saved: role };
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

/** For a read that belongs to a larger one. */
export const roleIdsIn = (db: Db, tenant: string): string[] =>
  db
    .select({ id: roles.roleId })
    .from(roles)
    .where(eq(roles.tenant, tenant))
    .all()
    .map(({ id }) => id);
