import { definitionHash } from '../machines/definition/hash.ts';
import { runtimePart } from '../machines/definition/runtime-part.ts';
import { DefinitionDocument } from '../machines/definition/schema.ts';
import type { Calendar } from '../machines/kernel/calendar.ts';
import type { Facts, Opening } from '../machines/kernel/command.ts';
import type { CompileInput } from '../machines/kernel/compile.ts';
import type { JsonObject } from '../machines/kernel/json.ts';
import always from '../machines/library/calendars/always.json' with { type: 'json' };
import document from './lifecycle.json' with { type: 'json' };

/** The definition that every part of the benchmark runs: seven commands, six tasks, one deadline, one FEEL guard. */
export const lifecycleDocument = DefinitionDocument.parse(document);

export const lifecycleCompileInput: CompileInput = {
  definition: runtimePart(lifecycleDocument),
  ref: {
    id: lifecycleDocument.id,
    version: lifecycleDocument.version,
    hash: definitionHash(lifecycleDocument),
  },
  calendars: { always: always as Calendar },
};

export const openingData: JsonObject = { summary: 'benchmark' };

/** The six events after the opening, in their order. */
export const lifecycleEvents: readonly { readonly event: string; readonly data?: JsonObject }[] = [
  { event: 'accept' },
  { event: 'assess', data: { estimate: { amount: 120_000, currency: 'CNY' } } },
  { event: 'find', data: { finding: 'upheld' } },
  { event: 'offer' },
  { event: 'settle' },
  { event: 'close' },
];

/** The opening and the events. */
export const commandsPerLifecycle = lifecycleEvents.length + 1;

export const benchTenant = 'bench';

export const handlerFacts: Facts = { actor: { id: 'handler', roles: ['handler'] } };

/** @param receivedAt RFC 3339 */
export const openingOf = (caseId: string, receivedAt: string, tenant = benchTenant): Opening => ({
  commandId: `${caseId}.open`,
  tenant,
  caseId,
  number: caseId,
  facts: handlerFacts,
  data: openingData,
  receivedAt,
});
