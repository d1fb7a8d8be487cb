import type {
  ApprovalDefinition,
  DecisionDefinition,
  JsonSchema,
  RuntimeDefinition,
  StateNode,
} from '../kernel/definition.ts';
import { withoutAnnotations } from './json-schema-annotations.ts';
import type { DefinitionDocument } from './schema.ts';
import { limits } from './schema-parts.ts';

/** A definition whose part for the case is larger than `limits.runtimePartBytesMax`. */
export class RuntimePartTooLargeError extends Error {
  readonly code = 'RUNTIME_PART_TOO_LARGE';
  readonly bytes: number;

  constructor(bytes: number) {
    super(`The part that travels with a case has ${bytes} bytes; at most ${limits.runtimePartBytesMax} may.`);
    this.name = 'RuntimePartTooLargeError';
    this.bytes = bytes;
  }
}

/**
 * The part of a document that travels with a case: everything that decides what happens, and nothing that only
 * people read (titles, checklists, annotations of forms, comments, layout, scenarios) or that
 * comes before it does (migrations).
 *
 * @throws `RuntimePartTooLargeError` above 100 KB of JSON in UTF-8
 */
export const runtimePart = (document: DefinitionDocument): RuntimeDefinition => {
  const { $schema, $comment, title, layout, scenarios, migrations, ...kept } = document;
  const part: RuntimeDefinition = {
    ...kept,
    data: withoutAnnotations(document.data),
    events: each(document.events, withoutForm),
    machine: withoutTitles(document.machine),
    ...(document.$defs && { $defs: each(document.$defs, withoutAnnotations) }),
    ...(document.facts && { facts: each(document.facts, withoutAnnotations) }),
    ...(document.tasks && { tasks: each(document.tasks, ({ checklist, ...task }) => withoutTitle(task)) }),
    ...(document.deadlines && { deadlines: each(document.deadlines, withoutTitle) }),
    ...(document.decisions && { decisions: each(document.decisions, bareTable) }),
    ...(document.documents && { documents: each(document.documents, withoutTitle) }),
    ...(document.approvals && { approvals: each(document.approvals, bareApproval) }),
    ...(document.profiles && {
      profiles: each(document.profiles, (profile) => ({
        ...withoutTitle(profile),
        deadlines: each(profile.deadlines, (change) => change && withoutTitle(change)),
      })),
    }),
    ...(document.reopen && { reopen: withoutForm(document.reopen) }),
  };
  const bytes = runtimePartBytes(part);
  if (bytes > limits.runtimePartBytesMax) {
    throw new RuntimePartTooLargeError(bytes);
  }
  return part;
};

export const runtimePartBytes = (part: RuntimeDefinition): number =>
  new TextEncoder().encode(JSON.stringify(part)).length;

const each = <T, R>(record: { [key: string]: T }, change: (item: T) => R): { [key: string]: R } =>
  Object.fromEntries(Object.entries(record).map(([key, item]) => [key, change(item)]));

const withoutTitle = <T extends { title?: unknown }>(item: T): Omit<T, 'title'> => {
  const { title: _, ...rest } = item;
  return rest;
};

const bareTable = (table: DecisionDefinition): DecisionDefinition => ({
  ...withoutTitle(table),
  inputs: table.inputs.map(withoutTitle),
  outputs: table.outputs.map((output) => ({
    ...withoutTitle(output),
    schema: withoutAnnotations(output.schema),
  })),
  rules: table.rules.map(({ note, ...rule }) => rule),
});

const bareApproval = ({ card, ...approval }: ApprovalDefinition): ApprovalDefinition => ({
  ...withoutTitle(approval),
  plan: { ...approval.plan, steps: approval.plan.steps.map(withoutTitle) },
});

const withoutForm = <T extends { title?: unknown; data?: JsonSchema }>(item: T): Omit<T, 'title'> => {
  const rest = withoutTitle(item);
  return item.data ? { ...rest, data: withoutAnnotations(item.data) } : rest;
};

const withoutTitles = (node: StateNode): StateNode => {
  const rest = withoutTitle(node);
  return node.states ? { ...rest, states: each(node.states, withoutTitles) } : rest;
};
