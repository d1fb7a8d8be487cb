import { canonicalJson, isPlainObject } from '../../machines/kernel/canonical-json.ts';
import type { Json } from '../../machines/kernel/json.ts';
import type { Db } from '../open.ts';
import { contentsIn, type PeopleChange } from './people-history.ts';

/** The version that a company's own document says it has. */
export const versionOf = (content: Json): string | undefined =>
  isPlainObject(content) && content.version !== undefined ? String(content.version) : undefined;

/** Whether another content has this one's version already, shipped or ever published: a version never changes. */
export const isVersionTaken = (
  db: Db,
  tenant: string,
  subject: PeopleChange['subject'],
  { content, shipped }: { content: Json; shipped: Json | undefined },
): boolean =>
  [...(shipped === undefined ? [] : [shipped]), ...contentsIn(db, tenant, subject)].some(
    (other) => versionOf(other) === versionOf(content) && canonicalJson(other) !== canonicalJson(content),
  );
