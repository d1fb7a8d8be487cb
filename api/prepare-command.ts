import { kindOfRights } from '../db/read/asking-case.ts';
import type { CaseRow } from '../db/read/get-case.ts';
import type { Command } from '../machines/kernel/command.ts';
import type { JsonObject, Sealed } from '../machines/kernel/json.ts';
import type { Published } from './definitions.ts';
import { actingFacts, type OnBehalfOf, withAskedFacts, withSecondFactor } from './facts.ts';
import { requireNamedPersons } from './named-persons.ts';
import type { Reader } from './reader.ts';
import { requirePast } from './require-past.ts';
import { type Clear, planSeal, type SealedInput, type SealPlan } from './seal.ts';
import type { Services } from './services.ts';
import type { Credential } from './sign-in/credential.ts';

/** Who sends a command, and what the process log calls the request by. */
export interface Sender {
  person: Reader;
  requestId: string;
  /** Absent where no request brings it: it is sent for somebody who asked for it earlier. */
  credential?: Credential;
}

/** What every command may carry beside its own fields. */
export interface Common {
  reason?: string | undefined;
  occurredAt?: string | undefined;
  onBehalfOf?: OnBehalfOf | undefined;
}

/** A command's own part, once what it brings is sealed. The id, facts, reason and times are added to it. */
export type OwnPart = Command extends infer C
  ? C extends Command
    ? Omit<C, 'id' | 'facts' | 'occurredAt' | 'reason' | 'expectedRev'>
    : never
  : never;

/** The case and the definition it follows, for whoever makes a command of a request. */
export interface Target {
  row: CaseRow;
  /** The kind of case whose limits count in it. */
  kind: string;
  published: Published;
  root: { $defs: { [name: string]: JsonObject } };
}

export interface CommandParts {
  common: Common;
  /** What of it is personal; the reason always is. */
  clear?: (target: Target) => Clear;
  /** May do work that must precede the command, once nothing speaks against the request any more. */
  command: (sealed: {
    id: string;
    target: Target;
    data: JsonObject | undefined;
    texts: { [field: string]: Sealed };
  }) => OwnPart | Promise<OwnPart>;
  /** The `rev` of the case that the sender has read. */
  expectedRev?: number | undefined;
}

/** What a command is made of: whom it is for, what is known of who sends it, and what of it is to be sealed. */
export interface PreparedCommand {
  target: Target;
  facts: Command['facts'];
  plan: SealPlan;
}

/** Looks up what a command carries. @throws Refused where the API itself would refuse it */
export const prepareCommand = async (
  services: Services,
  { person, credential }: Sender,
  parts: CommandParts,
  row: CaseRow,
): Promise<PreparedCommand> => {
  const { store, definitions, now } = services;
  const { common, clear } = parts;
  const { tenant, state } = row;
  requirePast(common.occurredAt, now());
  const published = await definitions.ofCase(tenant, row.definitionHash);
  const kind = await kindOfRights(store, row);
  const target: Target = { row, kind, published, root: { $defs: published.runtime.$defs ?? {} } };
  const acting = await actingFacts(
    store,
    person,
    common.onBehalfOf,
    state.mode,
    { nowMs: now(), kind },
    state.excluded,
  );
  const facts = await withAskedFacts(
    services,
    published.runtime,
    state,
    credential === undefined ? acting : withSecondFactor(acting, state, credential),
  );
  const { texts = {}, data } = clear?.(target) ?? {};
  const plan = planSeal({ data, texts: { ...texts, reason: common.reason } });
  await requireNamedPersons(services, { tenant, caseId: row.caseId, mode: state.mode }, data);
  return { target, facts, plan };
};

/** The command with all that it carries. */
export const wholeCommand = async (
  { common: { occurredAt }, command, expectedRev }: CommandParts,
  { id, target, facts, sealed }: { id: string; target: Target; facts: Command['facts']; sealed: SealedInput },
): Promise<Command> => {
  const { reason, ...texts } = sealed.texts;
  const own = await command({ id, target, data: sealed.data, texts });
  return {
    ...own,
    id,
    facts,
    ...(occurredAt === undefined ? {} : { occurredAt }),
    ...(reason === undefined ? {} : { reason }),
    ...(expectedRev === undefined ? {} : { expectedRev }),
  } as Command;
};
