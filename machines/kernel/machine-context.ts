import type { Facts } from './command.ts';
import type { DocumentDefinition } from './definition.ts';
import type { ExpressionScope } from './expression.ts';
import type { Json, JsonObject } from './json.ts';
import { ledgerSums } from './ledger.ts';
import type { CaseDocument, LedgerLine } from './state.ts';

/** What the machine's guards and actions read and write during one step. */
export interface MachineContext {
  data: JsonObject;
  ledger: LedgerLine[];
  documents: CaseDocument[];
  /** Set anew for each step; not part of the case's state. */
  around: Surroundings;
}

/** What surrounds a step: its clock, who acts, and the facts about the case that expressions may read. */
export interface Surroundings {
  /** The step's clock. RFC 3339 UTC. */
  at: string;
  /** Offset of the case's zone at that instant. */
  offsetMinutes: number;
  facts: Facts;
  case: JsonObject;
  /** Number of links by relation. */
  links: { [rel: string]: number };
  /** The case that sent the message being handled. */
  fromCaseId?: string;
  checklist: { [key: string]: DocumentDefinition };
}

/** An event as the machine sees it: a definition's event, or one of the kernel's own. */
export interface MachineEvent {
  type: string;
  data?: Json;
}

export const documentsView = (
  checklist: { [key: string]: DocumentDefinition },
  documents: CaseDocument[],
): { [name: string]: string[] } => {
  const keysOf = (status: CaseDocument['status']) => [
    ...new Set(documents.filter((document) => document.status === status).map((document) => document.key)),
  ];
  const received = keysOf('received');
  const waived = keysOf('waived');
  const deferred = keysOf('deferred').filter((key) => !received.includes(key));
  const settled = new Set([...received, ...waived, ...deferred]);
  return {
    received,
    waived,
    deferred,
    missing: Object.keys(checklist).filter((key) => checklist[key]?.mandatory && !settled.has(key)),
  };
};

/** The variables an expression may name, for this moment of the step. */
export const expressionScope = (context: MachineContext, event: MachineEvent): ExpressionScope => {
  const { around } = context;
  return {
    data: context.data,
    event: event.data ?? null,
    actor: { id: around.facts.actor.id, roles: around.facts.actor.roles },
    facts: around.facts as unknown as JsonObject,
    ledger: ledgerSums(context.ledger) as unknown as JsonObject,
    documents: documentsView(around.checklist, context.documents),
    links: around.links,
    case: around.case,
    now: around.at,
    offsetMinutes: around.offsetMinutes,
  };
};
