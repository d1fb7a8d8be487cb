import { getPerson } from '../db/own/people.ts';
import type { EntryRow } from '../db/read/get-case.ts';
import type { Facts } from '../machines/kernel/command.ts';
import type { EntryLeaf } from '../machines/kernel/entry.ts';
import type { Json } from '../machines/kernel/json.ts';
import type { Reader } from './reader.ts';
import { maySeeRestricted } from './rights.ts';
import type { Services } from './services.ts';
import { masked, unseal } from './unseal.ts';

/**
 * Entries as this reader may see them. A leaf is served whole or, to who may not see all of it, not at all; the rest
 * is decoration, with personal values resolved or masked.
 */
export const entryViews = async (services: Services, reader: Reader, rows: EntryRow[]): Promise<Json[]> => {
  const names = await namesOf(services, reader.tenant, rows);
  const views = rows.map((row) => view(reader, row, names));
  return (await unsealViews(services, reader, views)) as Json[];
};

const view = (reader: Reader, row: EntryRow, names: ReadonlyMap<string, string>) => {
  const { caseId, seq, epoch, at, due, prevHash, hash } = row;
  const base = { caseId, seq, epoch, at, due, prevHash, hash };
  if (!maySeeRestricted(reader, row.restrictedTo)) {
    const nobody = { id: masked, name: masked, roles: [] };
    return {
      decoration: {
        ...base,
        actor: nobody,
        type: masked,
        before: null,
        after: null,
        data: null,
        reason: null,
      },
      leaf: null,
    };
  }
  const leaf = JSON.parse(row.leaf) as EntryLeaf;
  const facts = leaf.facts as unknown as Facts;
  const brought = (typeof leaf.data === 'object' && leaf.data !== null ? leaf.data : {}) as {
    [key: string]: Json;
  };
  const { reason, ...data } = brought;
  const onBehalfOf = facts.onBehalfOf;
  return {
    decoration: {
      ...base,
      ...(leaf.receivedAt === undefined ? {} : { receivedAt: leaf.receivedAt }),
      ...(leaf.occurredAt === undefined ? {} : { occurredAt: leaf.occurredAt }),
      ...(leaf.mode === undefined ? {} : { mode: leaf.mode }),
      actor: { id: leaf.actorId, name: names.get(leaf.actorId) ?? leaf.actorId, roles: facts.actor.roles },
      ...(onBehalfOf === undefined
        ? lender(leaf, facts, names)
        : {
            onBehalfOf:
              'customer' in onBehalfOf
                ? { customer: true }
                : {
                    id: onBehalfOf.actor.id,
                    name: names.get(onBehalfOf.actor.id) ?? onBehalfOf.actor.id,
                    roles: onBehalfOf.actor.roles,
                  },
          }),
      type: leaf.type,
      commandId: leaf.commandId,
      before: leaf.before as unknown as Json,
      after: leaf.after as unknown as Json,
      data: Object.keys(data).length === 0 ? null : data,
      reason: reason ?? null,
    },
    leaf: row.leaf,
  };
};

/** Whose right was used, where it was lent to whoever acted. */
const lender = ({ onBehalfOfId: id }: EntryLeaf, { actor }: Facts, names: ReadonlyMap<string, string>) =>
  id === undefined
    ? {}
    : {
        onBehalfOf: {
          id,
          name: names.get(id) ?? id,
          roles: actor.actsFor?.find(({ personId }) => personId === id)?.roles ?? [],
        },
      };

// The leaf's text stays as it is: it is what was hashed.
const unsealViews = async (
  { vault }: Services,
  reader: Reader,
  views: ReturnType<typeof view>[],
): Promise<Json[]> => {
  const decorations = (await unseal(
    vault,
    reader,
    views.map(({ decoration }) => decoration as unknown as Json),
  )) as { [key: string]: Json }[];
  return decorations.map((decoration, index) => ({ ...decoration, leaf: views[index]?.leaf ?? null }));
};

const namesOf = async (
  { store }: Services,
  tenant: string,
  rows: EntryRow[],
): Promise<ReadonlyMap<string, string>> => {
  const ids = new Set(rows.flatMap(({ leaf, actorId }) => [actorId, ...onBehalfOfIds(leaf)]));
  const people = await Promise.all([...ids].map((id) => getPerson(store, tenant, id)));
  return new Map(people.flatMap((person) => (person ? [[person.id, person.name] as const] : [])));
};

const onBehalfOfIds = (leaf: string): string[] => {
  const { onBehalfOfId } = JSON.parse(leaf) as EntryLeaf;
  return onBehalfOfId === undefined ? [] : [onBehalfOfId];
};
