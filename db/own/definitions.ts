import { and, asc, desc, eq, exists, max, or } from 'drizzle-orm';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import type { Json, JsonObject } from '../../machines/kernel/json.ts';
import type { Store } from '../open.ts';
import { calendars, cases, definitions } from '../schema/index.ts';

export type DefinitionRow = typeof definitions.$inferSelect;

/** The version is published already, with other content: a version never changes. */
export class DefinitionImmutable extends Error {
  readonly code = 'DEFINITION_IMMUTABLE';
  constructor(id: string, version: string) {
    super(`${id}@${version} is published already with other content; give the change a new version`);
    this.name = 'DefinitionImmutable';
  }
}

export interface Publication {
  id: string;
  version: string;
  hash: string;
  document: JsonObject;
  runtime: RuntimeDefinition;
  /** RFC 3339; default now. */
  publishedAt?: string;
}

/**
 * Publishes a version; the same content again changes nothing. True where it is new.
 * @throws DefinitionImmutable
 */
export const publishDefinition = (store: Store, tenant: string, publication: Publication): Promise<boolean> =>
  store.write((db) => {
    const { id, version, hash, document, runtime, publishedAt = new Date().toISOString() } = publication;
    const found = db
      .select({ hash: definitions.hash })
      .from(definitions)
      .where(and(eq(definitions.tenant, tenant), eq(definitions.id, id), eq(definitions.version, version)))
      .get();
    if (found && found.hash !== hash) throw new DefinitionImmutable(id, version);
    if (found) return false;
    db.insert(definitions)
      .values({ tenant, id, version, hash, document, runtime, status: 'published', publishedAt })
      .run();
    return true;
  });

/** No new case follows a retired version; running ones go on. */
export const retireDefinition = (store: Store, tenant: string, id: string, version: string): Promise<void> =>
  store.write((db) => {
    db.update(definitions)
      .set({ status: 'retired' })
      .where(and(eq(definitions.tenant, tenant), eq(definitions.id, id), eq(definitions.version, version)))
      .run();
  });

const byVersion = (a: DefinitionRow, b: DefinitionRow): number =>
  a.version.localeCompare(b.version, 'en', { numeric: true });

/** All versions of a definition, the highest last. */
export const definitionVersions = (store: Store, tenant: string, id: string): Promise<DefinitionRow[]> =>
  store.read((db) =>
    db
      .select()
      .from(definitions)
      .where(and(eq(definitions.tenant, tenant), eq(definitions.id, id)))
      .all()
      .sort(byVersion),
  );

/** `id`: the highest version that is not retired; `id@version`: that one, retired or not. */
export const findDefinition = async (
  store: Store,
  tenant: string,
  reference: string,
): Promise<DefinitionRow | undefined> => {
  const [id = '', version] = reference.split('@');
  const versions = await definitionVersions(store, tenant, id);
  return version === undefined
    ? versions.findLast(({ status }) => status === 'published')
    : versions.find((row) => row.version === version);
};

export const definitionByHash = (
  store: Store,
  tenant: string,
  hash: string,
): Promise<DefinitionRow | undefined> =>
  store.read((db) =>
    db
      .select()
      .from(definitions)
      .where(and(eq(definitions.tenant, tenant), eq(definitions.hash, hash)))
      .get(),
  );

/** All definitions with all their versions, without their content. */
export const listDefinitions = (store: Store, tenant: string) =>
  store.read((db) =>
    db
      .select({
        id: definitions.id,
        version: definitions.version,
        hash: definitions.hash,
        status: definitions.status,
        publishedAt: definitions.publishedAt,
      })
      .from(definitions)
      .where(eq(definitions.tenant, tenant))
      .orderBy(asc(definitions.id), asc(definitions.version))
      .all(),
  );

/** The versions that new cases may follow, and those that an open case follows, with the part that runs. */
export const definitionsInUse = (
  store: Store,
  tenant: string,
): Promise<Pick<DefinitionRow, 'id' | 'version' | 'runtime'>[]> =>
  store.read((db) =>
    db
      .select({ id: definitions.id, version: definitions.version, runtime: definitions.runtime })
      .from(definitions)
      .where(
        and(
          eq(definitions.tenant, tenant),
          or(
            eq(definitions.status, 'published'),
            exists(
              db
                .select({ caseId: cases.caseId })
                .from(cases)
                .where(
                  and(
                    eq(cases.tenant, definitions.tenant),
                    eq(cases.definitionId, definitions.id),
                    eq(cases.definitionHash, definitions.hash),
                    eq(cases.status, 'open'),
                  ),
                ),
            ),
          ),
        ),
      )
      .orderBy(asc(definitions.id), asc(definitions.version))
      .all(),
  );

/** Keeps a calendar slice under its hash, and makes it the latest of its id. */
export const publishCalendar = (
  store: Store,
  tenant: string,
  { id, hash, calendar }: { id: string; hash: string; calendar: Json },
): Promise<void> =>
  store.write((db) => {
    const ofId = and(eq(calendars.tenant, tenant), eq(calendars.id, id));
    const last =
      db
        .select({ n: max(calendars.n) })
        .from(calendars)
        .where(ofId)
        .get()?.n ?? 0;
    db.insert(calendars)
      .values({ tenant, hash, id, calendar, n: last + 1 })
      .onConflictDoNothing()
      .run();
  });

export const calendarByHash = async (store: Store, tenant: string, hash: string): Promise<Json | undefined> =>
  (
    await store.read((db) =>
      db
        .select({ calendar: calendars.calendar })
        .from(calendars)
        .where(and(eq(calendars.tenant, tenant), eq(calendars.hash, hash)))
        .get(),
    )
  )?.calendar;

/** The slice of this id that was published last. */
export const latestCalendar = (
  store: Store,
  tenant: string,
  id: string,
): Promise<{ hash: string; calendar: Json } | undefined> =>
  store.read((db) =>
    db
      .select({ hash: calendars.hash, calendar: calendars.calendar })
      .from(calendars)
      .where(and(eq(calendars.tenant, tenant), eq(calendars.id, id)))
      .orderBy(desc(calendars.n))
      .limit(1)
      .get(),
  );
