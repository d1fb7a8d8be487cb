import type { CaseRow } from '../../db/read/get-case.ts';
import { approvalInput, approvalRel } from '../../machines/kernel/ask-approval.ts';
import type { ApprovalCardDefinition, ApprovalDefinition, Title } from '../../machines/kernel/definition.ts';
import { type ExpressionLanguages, type ExpressionScope, holds } from '../../machines/kernel/expression.ts';
import { expressionScope } from '../../machines/kernel/machine-context.ts';
import { startRun } from '../../machines/kernel/run.ts';
import { contextOf } from '../../machines/kernel/send-to-machine.ts';
import type { CaseState } from '../../machines/kernel/state.ts';
import type { Published } from '../definitions.ts';
import type { Services } from '../services.ts';

/** The case that asks for a decision, with what its definition says of it. */
export interface AskingCase {
  row: CaseRow;
  published: Published;
  /** The approval's name in the definition of the case. */
  name: string;
  title: Title;
  stepTitles: Map<string, Title>;
  definition: ApprovalDefinition;
  card: ApprovalCardDefinition;
  languages: ExpressionLanguages;
  /** What expressions read of a state of the case. */
  scopeOf: (state: CaseState) => ExpressionScope;
}

/** Id of the case that asked for this approval; undefined where none did. */
export const askingCaseId = ({ state }: Pick<CaseRow, 'state'>): string | undefined =>
  state.links.find(({ rel }) => rel === approvalRel)?.caseId;

/** Reads what a case asks for in an approval; undefined where its definition knows of none such. */
export const readAskingCase = async (
  { definitions, now }: Pick<Services, 'definitions' | 'now'>,
  approval: CaseRow,
  row: CaseRow,
): Promise<AskingCase | undefined> => {
  const name = approvalNameOf(approval);
  const published = await definitions.ofCase(row.tenant, row.definitionHash);
  const definition = published.runtime.approvals?.[name];
  if (!definition) {
    return undefined;
  }
  const compiled = await definitions.compiledOf(row.state);
  const at = new Date(now()).toISOString();
  const {
    title = { zh: '审批', en: 'Approval' },
    plan,
    card = {},
  } = (published.document.approvals?.[name] ?? {}) as Partial<ApprovalDefinition>;
  return {
    ...{ row, published, name, title, definition, card, languages: compiled.languages },
    stepTitles: new Map((plan?.steps ?? []).flatMap((step) => (step.title ? [[step.id, step.title]] : []))),
    scopeOf: (state) =>
      expressionScope(contextOf(startRun(compiled, state, at, at), systemCause), { type: '' }),
  };
};

/** The name under which an approval was asked for. */
export const approvalNameOf = ({ state }: Pick<CaseRow, 'state'>): string =>
  (state.data.request as { approval?: string } | undefined)?.approval ?? '';

/** SHA-256 of what would be signed as the case is now, or was in another state. */
export const subjectHashOf = (
  { definition, languages, scopeOf, row }: AskingCase,
  state: CaseState = row.state,
): string => approvalInput(definition, scopeOf(state), languages).subjectHash as string;

/** Whether nothing about it needs a look, by the definition's own rule. */
export const isGreen = ({ card, languages, scopeOf, row }: AskingCase): boolean =>
  card.green !== undefined && holds(card.green, scopeOf(row.state), languages);

const systemCause = {
  ...{ type: 'card', commandId: 'card', data: null },
  facts: { actor: { id: 'system', roles: ['system'] } },
};
