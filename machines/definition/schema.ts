import { z } from 'zod';
import { ApprovalDefinition, SigningDefinition } from './schema-approval.ts';
import { DecisionDefinition } from './schema-decision.ts';
import { StateNode } from './schema-machine.ts';
import { Migration } from './schema-migration.ts';
import {
  DataSchema,
  EventName,
  Key,
  list,
  named,
  roles,
  ServiceName,
  Title,
  Version,
} from './schema-parts.ts';
import { Scenario } from './schema-scenario.ts';
import {
  ChildDefinition,
  DeadlineDefinition,
  DocumentDefinition,
  EventDefinition,
  ProfileDefinition,
  ReopenDefinition,
  ServiceDefinition,
  TaskDefinition,
} from './schema-tables.ts';

/** Name of the published JSON Schema; `case-definition.v1.json` beside this file. */
export const schemaId = 'urn:caseloom:case-definition:v1';

/** Where the designer draws things: positions by state id. Outside of the hash. */
const Layout = z
  .strictObject({
    nodes: named(Key, z.strictObject({ x: z.number(), y: z.number() })).exactOptional(),
    direction: z.enum(['down', 'right']).exactOptional(),
  })
  .meta({ id: 'Layout' });

/**
 * A whole definition document: what travels with a case, and what people read beside it. Unknown fields are
 * refused everywhere but in JSON Schemas, data and `$comment`.
 */
export const DefinitionDocument = z
  .strictObject({
    $schema: z.string().max(300).exactOptional(),
    $comment: z.string().max(5_000).exactOptional(),
    id: Key,
    version: Version,
    kind: Key,
    title: Title,
    owner: Key.exactOptional(),
    calendar: Key,
    data: DataSchema,
    $defs: named(Key, DataSchema).exactOptional(),
    facts: named(Key, DataSchema).exactOptional(),
    events: named(EventName, EventDefinition),
    machine: StateNode,
    tasks: named(Key, TaskDefinition).exactOptional(),
    deadlines: named(Key, DeadlineDefinition).exactOptional(),
    profiles: named(Key, ProfileDefinition).exactOptional(),
    documents: named(Key, DocumentDefinition).exactOptional(),
    services: named(ServiceName, ServiceDefinition).exactOptional(),
    decisions: named(Key, DecisionDefinition).exactOptional(),
    children: named(Key, ChildDefinition).exactOptional(),
    approvals: named(Key, ApprovalDefinition).exactOptional(),
    signing: named(Key, SigningDefinition).exactOptional(),
    open: z.strictObject({ by: roles }),
    reopen: ReopenDefinition.exactOptional(),
    migrations: list(Migration).exactOptional(),
    scenarios: list(Scenario).exactOptional(),
    layout: Layout.exactOptional(),
  })
  .meta({ id: 'CaseDefinition' });

export type DefinitionDocument = z.infer<typeof DefinitionDocument>;

/** The published JSON Schema (draft 2020-12) of a definition document. */
export const definitionJsonSchema = (): object => ({
  $id: schemaId,
  title: 'Caseloom case definition, version 1',
  ...z.toJSONSchema(DefinitionDocument, { io: 'input', target: 'draft-2020-12' }),
});
