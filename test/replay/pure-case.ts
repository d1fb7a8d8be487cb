import type { CasePlan } from '../../cli/replay/plan.ts';
import { customer } from '../../cli/replay/plan.ts';
import { definitionHash } from '../../machines/definition/hash.ts';
import { runtimePart } from '../../machines/definition/runtime-part.ts';
import type { Actor, Facts } from '../../machines/kernel/command.ts';
import { type Compiled, calendarIds, compile } from '../../machines/kernel/compile.ts';
import type { Entry } from '../../machines/kernel/entry.ts';
import type { Json, JsonObject } from '../../machines/kernel/json.ts';
import { open } from '../../machines/kernel/open.ts';
import { isRefusal } from '../../machines/kernel/refusal.ts';
import { sha256Hex } from '../../machines/kernel/sha256.ts';
import type { CaseState } from '../../machines/kernel/state.ts';
import { step } from '../../machines/kernel/step.ts';
import { shippedCalendars, shippedDefinitions } from '../../machines/library/index.ts';

const now = '2026-11-22T00:00:00.000Z';

export const compiledDefinition = (id: string, profile: string): Compiled => {
  const document = shippedDefinitions().findLast((each) => each.id === id);
  if (!document) {
    throw new Error(`No shipped definition "${id}"`);
  }
  const definition = runtimePart(document);
  const ids = calendarIds(definition, profile, undefined);
  return compile({
    definition,
    ref: { id, version: document.version, hash: definitionHash(document) },
    calendars: Object.fromEntries(
      ids.flatMap((name) => {
        const calendar = shippedCalendars[name];
        return calendar ? [[name, calendar]] : [];
      }),
    ),
    profile,
  });
};

const person = (id: string): Actor => ({
  id,
  roles: [id.replace(/-\d+$/, '')],
  authority: ['CNY', 'USD'].map((currency) => ({ amount: 1_000_000_000, currency })),
});
const importer: Actor = { id: 'importer', roles: ['admin', 'handler'] };

const factsOf = (as: string): Facts =>
  as === customer
    ? { actor: importer, onBehalfOf: { customer: true } }
    : { actor: importer, onBehalfOf: { actor: person(as) } };

/** Every personal field of a complaint or a claim as the API would leave it: a reference and a commitment. */
const sealedFields = ['summary', 'name', 'reasons', 'explanation'];
const sealed = (value: Json): Json => {
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map(sealed);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      sealedFields.includes(key) && typeof inner === 'string'
        ? { ref: `ref-${key}`, commitment: sha256Hex(inner) }
        : sealed(inner),
    ]),
  );
};

/** What comes of a plan in the kernel alone: the case at its end and its trail. @throws where a step is refused */
export const runPlan = (
  compiled: Compiled,
  { key, opening, steps }: CasePlan,
): { state: CaseState; entries: Entry[] } => {
  const opened = open(
    compiled,
    {
      commandId: `${key}#0`,
      tenant: 'demo',
      caseId: sha256Hex(key).slice(0, 32),
      number: key,
      facts: factsOf(opening.as),
      data: sealed(opening.body.data) as JsonObject,
      receivedAt: opening.body.receivedAt ?? now,
      mode: 'historical',
      ...(opening.body.profile === undefined ? {} : { profile: opening.body.profile }),
    },
    now,
  );
  if (isRefusal(opened)) {
    throw new Error(`${key} opening: ${opened.code} ${opened.detail} ${JSON.stringify(opened.errors)}`);
  }
  let { state } = opened;
  const entries = [...opened.entries];
  for (const [index, planned] of steps.entries()) {
    if (!('type' in planned)) {
      throw new Error('Only events are run here');
    }
    const { type, as, data, reason, occurredAt } = planned;
    const made = step(
      compiled,
      state,
      {
        type: 'event',
        id: `${key}#${index + 1}`,
        event: type,
        facts: { ...factsOf(as), conflictOfInterest: false },
        ...(data === undefined ? {} : { data: sealed({ ...data }) as JsonObject }),
        ...(reason === undefined ? {} : { reason: { ref: 'reason', commitment: sha256Hex(reason) } }),
        ...(occurredAt === undefined ? {} : { occurredAt }),
      },
      now,
    );
    if (isRefusal(made)) {
      throw new Error(
        `${key} ${type}: ${made.code} ${made.detail} ${JSON.stringify(made.errors)} ${made.allowed.join()}`,
      );
    }
    state = made.state;
    entries.push(...made.entries);
  }
  return { state, entries };
};
