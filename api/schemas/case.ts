import { z } from '@hono/zod-openapi';
import { Contact } from './ad-hoc.ts';

const Title = z.object({ zh: z.string(), en: z.string() }).openapi('Title');

export const Money = z
  .object({ amount: z.int().describe('Minor units'), currency: z.string() })
  .openapi('Money');

export const DefinitionRef = z
  .object({ id: z.string(), version: z.string(), hash: z.string() })
  .openapi('DefinitionRef');

export const AllowedEvent = z
  .object({
    type: z.string(),
    title: Title,
    schema: z.unknown().describe('JSON Schema of the event’s data, which is its form; null: it carries none'),
    reason: z.enum(['required', 'optional']).nullable(),
  })
  .openapi('AllowedEvent');

export const CaseTask = z
  .object({
    taskId: z.string(),
    state: z.string(),
    title: Title,
    status: z.enum(['open', 'completed', 'cancelled']),
    role: z.string(),
    department: z.string().optional(),
    assignee: z.string().nullable(),
    outcomes: z.array(z.string()),
    returnTo: z
      .array(z.object({ id: z.string(), title: Title }))
      .describe('The steps that `return` may send it back to now, beside those that an outcome leads to'),
    checklist: z.array(Title),
    openedAt: z.string(),
    dueAt: z.string().nullable(),
    closedAt: z.string().optional(),
    completedBy: z.string().optional(),
    outcome: z.string().optional(),
    adHoc: z
      .looseObject({
        kind: z.enum(['task', 'diary', 'evidence', 'handover', 'owner']),
        by: z.string(),
        dueAt: z.string().optional(),
        text: z.unknown().optional(),
        answerExpected: z.boolean().optional(),
        answer: z.unknown().optional(),
        sha256: z.string().optional(),
      })
      .optional()
      .describe('A person added it: no state of the machine waits for it'),
  })
  .openapi('CaseTask');

export const CaseDeadline = z
  .looseObject({
    name: z.string(),
    title: Title,
    source: z.unknown(),
    status: z.enum(['running', 'paused', 'met', 'breached', 'cancelled']),
    startedAt: z.string(),
    limit: z.string(),
    dueAt: z.string().nullable(),
    provisional: z.boolean(),
    seat: z
      .string()
      .optional()
      .describe('The seat of a decision whose time alone it is; its task names it too'),
  })
  .openapi('CaseDeadline');

export const CaseDocument = z
  .looseObject({
    id: z.string(),
    key: z.string(),
    title: Title,
    status: z.enum(['received', 'waived', 'deferred']),
    sha256: z.string().optional(),
    sizeBytes: z.int().optional(),
    mediaType: z.string().optional(),
    name: z.string().optional(),
    at: z.string(),
  })
  .openapi('CaseDocument');

const listed = {
  caseId: z.string(),
  number: z.string(),
  kind: z.string(),
  definition: DefinitionRef,
  profile: z.string().nullable(),
  mode: z.enum(['historical']).nullable(),
  status: z.enum(['open', 'closed']),
  states: z.array(z.string()),
  owner: z.string().nullable(),
  department: z.string().nullable(),
  seq: z.int(),
  rev: z.int(),
  receivedAt: z.string(),
  openedAt: z.string(),
  updatedAt: z.string(),
  closedAt: z.string().nullable(),
};

/** A case in a list. */
export const CaseSummary = z
  .object({ ...listed, dueAt: z.string().nullable(), breached: z.int(), incidents: z.int() })
  .openapi('CaseSummary');

/** A case as its reader may see it. */
export const Case = z
  .object({
    ...listed,
    epoch: z.int(),
    headHash: z.string(),
    data: z.unknown(),
    ledger: z.unknown(),
    tasks: z.array(CaseTask),
    deadlines: z.array(CaseDeadline),
    documents: z.array(CaseDocument),
    contacts: z.array(Contact),
    watchers: z.array(z.string()).describe('Who got a copy of the case'),
    handover: z
      .object({
        from: z.string(),
        to: z.string().nullable(),
        superior: z.string().nullable().describe('Null beside `waitsFor: superior`: any manager'),
        waitsFor: z.enum(['receiver', 'superior']),
        at: z.string(),
      })
      .nullable()
      .describe('Who is asked to become the owner, or to name one'),
    links: z.array(z.object({ rel: z.string(), caseId: z.string() })),
    incidents: z.array(z.unknown()),
    allowed: z.array(AllowedEvent).describe('What this caller may send now'),
    allowedForCustomer: z.array(AllowedEvent).describe('What this caller may send for the customer now'),
  })
  .openapi('Case');

/** Accepted, not yet readable. */
export const Accepted = z.object({ caseId: z.string(), seq: z.int() }).openapi('Accepted');

/** The answers to an accepted command. */
export const caseAnswers = {
  200: { description: 'The case after it', content: { 'application/json': { schema: Case } } },
  202: {
    description: 'Accepted, readable at `Location` once `seq` is there',
    content: { 'application/json': { schema: Accepted } },
  },
};

export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next: z.string().nullable().describe('The cursor of the next page') });
