import type { CaseRow } from '../../db/read/get-case.ts';
import { approvalInput, approvalRel, approvalSubject } from '../../machines/kernel/ask-approval.ts';
import type {
  ApprovalCardDefinition,
  ApprovalDefinition,
  Title,
  Value,
} from '../../machines/kernel/definition.ts';
import { type ExpressionScope, holds, isExpression } from '../../machines/kernel/expression.ts';
import type { JsonSchema } from '../../machines/kernel/json-schema.ts';
import { documentsView, expressionScope } from '../../machines/kernel/machine-context.ts';
import { startRun } from '../../machines/kernel/run.ts';
import { contextOf } from '../../machines/kernel/send-to-machine.ts';
import type { CaseDocument, CaseState } from '../../machines/kernel/state.ts';
import { computeValue } from '../../machines/kernel/value.ts';
import type { Published } from '../definitions.ts';
import { findVisibleCase } from '../present-case.ts';
import type { Reader } from '../reader.ts';
import { restrictData } from '../restrict-data.ts';
import { maySeeRestricted } from '../rights.ts';
import type { Services } from '../services.ts';
import { dataTitle, type ShownValue, shownValues, type TitleOf } from './shown-values.ts';

/** A document of the asking case, or one that its checklist misses. */
export interface CardDocument {
  title: Title;
  status: CaseDocument['status'] | 'missing';
  /** RFC 3339; null for a missing one. */
  at: string | null;
}

/** The case that asks for a decision, as a reader of its card may see it. */
export interface AskingCase {
  row: CaseRow;
  definitionId: string;
  /** The approval's name in the definition of the case. */
  name: string;
  title: Title;
  caseTitle: Title;
  stepTitles: Map<string, Title>;
  /** SHA-256 of what would be signed as the case is now. */
  subjectHash: string;
  subject: ShownValue[];
  clause: ShownValue[];
  evidence: ShownValue[];
  dissent: ShownValue[];
  documents: CardDocument[];
  /** Nothing about it needs a look, by the definition's own rule. */
  isGreen: boolean;
  /** What was to be signed in another state of the case: its hash, and what this reader may see of it. */
  subjectAt: (state: CaseState) => { hash: string; shown: ShownValue[] };
}

/** The case that asked for this approval; undefined where there is none that the reader may see. */
export const askingCase = async (
  services: Services,
  reader: Reader,
  approval: CaseRow,
): Promise<AskingCase | undefined> => {
  const link = approval.state.links.find(({ rel }) => rel === approvalRel);
  const row = link && (await findVisibleCase(services, reader, link.caseId));
  const { approval: name = '' } = (approval.state.data.request ?? {}) as { approval?: string };
  if (!row) {
    return undefined;
  }
  const { definitions, now } = services;
  const published = await definitions.ofCase(row.tenant, row.definitionHash);
  const definition = published.runtime.approvals?.[name];
  if (!definition) {
    return undefined;
  }
  const compiled = await definitions.compiledOf(row.state);
  const { languages } = compiled;
  const at = new Date(now()).toISOString();
  const scopeOf = (state: CaseState): ExpressionScope =>
    expressionScope(contextOf(startRun(compiled, state, at, at), systemCause), { type: '' });
  const { runtime } = published;
  const maskedState = (state: CaseState): CaseState => ({
    ...state,
    data: restrictData(runtime.data, state.data, { $defs: runtime.$defs ?? {} }, reader) as CaseState['data'],
  });
  const {
    title,
    plan,
    card = {},
  } = (published.document.approvals?.[name] ?? {}) as Partial<ApprovalDefinition>;
  const titles = titlesOf(published, definition, card);
  const seen = scopeOf(maskedState(row.state));
  const part = (value: Value | undefined): ShownValue[] =>
    value === undefined ? [] : shownValues(computeValue(value, seen, languages), titlesIn(published, value));
  return {
    ...{ row, name, definitionId: row.definitionId },
    title: title ?? { zh: '审批', en: 'Approval' },
    caseTitle: published.document.title,
    stepTitles: new Map((plan?.steps ?? []).flatMap((step) => (step.title ? [[step.id, step.title]] : []))),
    subjectHash: approvalInput(definition, scopeOf(row.state), languages).subjectHash as string,
    subject: shownValues(approvalSubject(definition, seen, languages), titles),
    clause: part(card.clause),
    evidence: part(card.evidence),
    dissent: part(card.dissent),
    documents: documentsOf(published, row.state, reader),
    isGreen: card.green !== undefined && holds(card.green, scopeOf(row.state), languages),
    subjectAt: (state) => ({
      hash: approvalInput(definition, scopeOf(state), languages).subjectHash as string,
      shown: shownValues(approvalSubject(definition, scopeOf(maskedState(state)), languages), titles),
    }),
  };
};

const systemCause = {
  ...{ type: 'card', commandId: 'card', data: null },
  facts: { actor: { id: 'system', roles: ['system'] } },
};

const titlesOf = (
  published: Published,
  { subject }: ApprovalDefinition,
  { titles = {} }: ApprovalCardDefinition,
): TitleOf => {
  const ofData = titlesIn(published, subject);
  return (path) => titles[path] ?? ofData(path);
};

/** What the case's data call the values that stand where a value's expressions are. */
const titlesIn = ({ document }: Published, value: Value): TitleOf => {
  const root = { $defs: document.$defs ?? {} } as JsonSchema;
  return (path) => {
    const at = path
      .split('.')
      .reduce<Value | undefined>(
        (inner, key) =>
          typeof inner === 'object' && inner !== null && !Array.isArray(inner)
            ? (inner as { [key: string]: Value })[key]
            : undefined,
        value,
      );
    const expression = path === '' ? value : at;
    return isExpression(expression)
      ? dataTitle(expression['@expr'], document.data as JsonSchema, root)
      : undefined;
  };
};

const documentsOf = (
  { document, runtime }: Published,
  { documents }: CaseState,
  reader: Reader,
): CardDocument[] => {
  const isSeen = (key: string): boolean =>
    maySeeRestricted(reader, runtime.documents?.[key]?.['x-restricted']);
  const titleOf = (key: string): Title =>
    document.documents?.[key]?.title ??
    (key === 'other' ? { zh: '其他材料', en: 'Other' } : { zh: key, en: key });
  const { missing = [] } = documentsView(runtime.documents ?? {}, documents) as { missing?: string[] };
  return [
    ...documents
      .filter(({ key }) => isSeen(key))
      .map(({ key, status, at }) => ({ title: titleOf(key), status, at })),
    ...missing.filter(isSeen).map((key) => ({ title: titleOf(key), status: 'missing' as const, at: null })),
  ];
};
