import type { Context } from 'hono';
import { nextNumber } from '../db/own/next-number.ts';
import { readSetting } from '../db/own/tenant-settings.ts';
import { getCase } from '../db/read/get-case.ts';
import type { Opening } from '../machines/kernel/command.ts';
import type { JsonObject } from '../machines/kernel/json.ts';
import { KernelError } from '../machines/kernel/kernel-error.ts';
import { open } from '../machines/kernel/open.ts';
import { isRefusal } from '../machines/kernel/refusal.ts';
import { afterCommand, giveAnswer } from './answer.ts';
import { promisedDocument, requireProofOfBackdating } from './backdating.ts';
import type { Published } from './definitions.ts';
import type { AppEnv } from './env.ts';
import { actingFacts, type OnBehalfOf, withAskedFacts } from './facts.ts';
import { firstOwner } from './first-owner.ts';
import {
  type CommandRequest,
  firstWriteUntilMs,
  type KeptAnswer,
  once,
  type Subject,
} from './idempotency.ts';
import { acceptedAnswer, askEngine, refusedBy } from './judge.ts';
import { requireNamedPersons } from './named-persons.ts';
import { findVisibleCase } from './present-case.ts';
import { Refused } from './problem.ts';
import { requirePast } from './require-past.ts';
import { planSeal } from './seal.ts';
import { senderOf } from './send-to-case.ts';
import type { Services } from './services.ts';

export interface OpenCase {
  definition: string;
  profile?: string | undefined;
  mode?: 'historical' | undefined;
  data: JsonObject;
  receivedAt?: string | undefined;
  reason?: string | undefined;
  /** A text, or the SHA-256 of a document that will be handed in. */
  evidence?: string | undefined;
  links?: { rel: string; caseId: string }[] | undefined;
  onBehalfOf?: OnBehalfOf | undefined;
}

/** Opens a case: judged here by the same kernel that will run it, so that a refused one is never started. */
export const openCase = async (
  services: Services,
  c: Context<AppEnv>,
  input: OpenCase,
): Promise<Response> => {
  const { tenant } = c.get('person');
  let subject: Subject = { kind: 'tenant', id: tenant };
  const answer = await once(
    services,
    c,
    c.get('body') ?? null,
    () => subject,
    async (request) => {
      const published = await services.definitions.find(tenant, input.definition);
      if (!published) {
        throw new Refused('DEFINITION_UNKNOWN', 'There is no such definition.', {
          errors: [{ pointer: '/definition', message: 'is not published' }],
        });
      }
      subject = { kind: 'definition', id: `${published.ref.id}@${published.ref.version}` };
      return start(services, c, input, published, request);
    },
  );
  return giveAnswer(services, c, answer);
};

const start = async (
  services: Services,
  c: Context<AppEnv>,
  input: OpenCase,
  published: Published,
  { id, deadlineMs, claim }: CommandRequest,
): Promise<KeptAnswer> => {
  const { store, vault, definitions, cases, now } = services;
  const person = c.get('person');
  const { tenant } = person;
  const caseId = id.slice(0, 32);
  const already = await getCase(store, { tenant, caseId });
  if (already) {
    return afterCommand(services, c, { caseId, seq: already.lastSeq, projected: true }, 201);
  }
  const nowMs = now();
  const receivedAt = input.receivedAt ?? new Date(nowMs).toISOString();
  requirePast(input.receivedAt, nowMs, '/receivedAt');
  await requireLinks(services, c, input);

  const profile = input.profile ?? (await ownProfile(services, tenant, published));
  const { input: compileInput, compiled } = await knownProfile(() =>
    definitions.forOpening(tenant, published, profile),
  );
  if (input.mode !== 'historical') {
    requireProofOfBackdating(compiled, input, Date.parse(receivedAt), nowMs);
  }
  const links = input.links ?? [];
  const acting = await actingFacts(store, person, input.onBehalfOf, input.mode, {
    nowMs,
    kind: published.runtime.kind,
  });
  const facts = await withAskedFacts(
    services,
    published.runtime,
    { tenant, caseId, kind: published.runtime.kind, links, ledger: [], data: {} },
    acting,
  );
  const root = { $defs: published.runtime.$defs ?? {} };
  const data = { schema: published.runtime.data, root, value: input.data };
  const plan = planSeal({ data, texts: { reason: withEvidence(input) } });
  await requireNamedPersons(services, { tenant, caseId, mode: input.mode }, data);
  const promised = input.mode === 'historical' ? undefined : promisedDocument(input.evidence);
  const owner = await firstOwner(services, { tenant, caseId, definition: published.runtime, facts });
  const openingOf = (sealed: typeof plan.judged, number: string): Opening => ({
    commandId: id,
    tenant,
    caseId,
    number,
    facts,
    data: sealed.data ?? {},
    receivedAt,
    ...(input.mode === undefined ? {} : { mode: input.mode }),
    ...(profile === undefined ? {} : { profile }),
    ...(sealed.texts.reason === undefined ? {} : { reason: sealed.texts.reason }),
    ...(links.length === 0 ? {} : { links }),
    owner,
    ...(promised === undefined ? {} : { evidenceSha256: promised }),
  });
  const judged = open(compiled, openingOf(plan.judged, ''), new Date(nowMs).toISOString());
  if (isRefusal(judged)) {
    throw refusedBy(judged);
  }
  const year = new Date(input.mode === 'historical' ? receivedAt : nowMs).getUTCFullYear();
  const [, sealed, number] = await Promise.all([
    claim(),
    plan.seal(vault, { tenant, caseId, commandId: id }, firstWriteUntilMs()),
    nextNumber(store, tenant, published.runtime.kind, year),
  ]);
  const opening = openingOf(sealed, number);
  const outcome = await askEngine(services, senderOf(c), () =>
    cases.start(
      { compile: compileInput, start: { type: 'open', opening } },
      { ...judged.state, number },
      { deadlineMs },
    ),
  );
  // An opening of this id has run to its end already: the store has what came of it.
  const ended = outcome.type === 'condition' && outcome.code === 'CASE_NOT_RUNNING';
  const row = ended ? await getCase(store, { tenant, caseId }) : undefined;
  return row
    ? afterCommand(services, c, { caseId, seq: row.lastSeq, projected: true }, 201)
    : afterCommand(services, c, acceptedAnswer(outcome), 201);
};

/** The profile of the company's own jurisdiction, where the definition has one of that name. */
const ownProfile = async (
  { store }: Services,
  tenant: string,
  { runtime }: Published,
): Promise<string | undefined> => {
  const jurisdiction = await readSetting(store, tenant, 'jurisdiction');
  return jurisdiction !== undefined && Object.hasOwn(runtime.profiles ?? {}, jurisdiction)
    ? jurisdiction
    : undefined;
};

const knownProfile = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof KernelError && error.code === 'PROFILE_UNKNOWN') {
      throw new Refused('PROFILE_UNKNOWN', error.message, {
        errors: [{ pointer: '/profile', message: 'is not a profile of this definition' }],
      });
    }
    throw error;
  }
};

/** @throws Refused where a linked case is missing or out of sight */
const requireLinks = async (
  services: Services,
  c: Context<AppEnv>,
  { links = [] }: OpenCase,
): Promise<void> => {
  for (const [index, { caseId }] of links.entries()) {
    if (!(await findVisibleCase(services, c.get('person'), caseId))) {
      throw new Refused('DATA_INVALID', 'A linked case does not exist.', {
        errors: [{ pointer: `/links/${index}/caseId`, message: 'is no case' }],
      });
    }
  }
};

const withEvidence = ({ reason, evidence }: OpenCase): string | undefined =>
  evidence === undefined
    ? reason
    : [...(reason === undefined ? [] : [reason]), `Evidence: ${evidence}`].join('\n');
