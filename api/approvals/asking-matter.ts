import { approvalSubject } from '../../machines/kernel/ask-approval.ts';
import type { Title, Value } from '../../machines/kernel/definition.ts';
import { type ExpressionScope, isExpression } from '../../machines/kernel/expression.ts';
import type { JsonSchema } from '../../machines/kernel/json-schema.ts';
import { documentsView } from '../../machines/kernel/machine-context.ts';
import type { CaseDocument, CaseState } from '../../machines/kernel/state.ts';
import { computeValue } from '../../machines/kernel/value.ts';
import type { Published } from '../definitions.ts';
import type { Reader } from '../reader.ts';
import { restrictData } from '../restrict-data.ts';
import { maySeeRestricted } from '../rights.ts';
import type { AskingCase } from './asking-case.ts';
import { dataTitle, type ShownValue, shownValues, type TitleOf } from './shown-values.ts';

/** A document of the asking case, or one that its checklist misses. */
export interface CardDocument {
  title: Title;
  status: CaseDocument['status'] | 'missing';
  /** RFC 3339; null for a missing one. */
  at: string | null;
}

/** What is to be signed, as the case was in a state, for this reader. */
export const subjectOf = (
  asking: AskingCase,
  reader: Reader,
  state: CaseState = asking.row.state,
): ShownValue[] => {
  const { definition, languages } = asking;
  return shownValues(
    approvalSubject(definition, seenScope(asking, reader, state), languages),
    titlesOf(asking),
  );
};

/** One part of the card beside what is signed, for this reader; nothing where the definition names none. */
export const partOf = (
  asking: AskingCase,
  reader: Reader,
  part: 'clause' | 'evidence' | 'dissent',
): ShownValue[] => {
  const { card, languages, published, row } = asking;
  const value = card[part];
  return value === undefined
    ? []
    : shownValues(
        computeValue(value, seenScope(asking, reader, row.state), languages),
        titlesIn(published, value),
      );
};

// Without what is marked for other roles than the reader's.
const seenScope = (
  { published: { runtime }, scopeOf }: AskingCase,
  reader: Reader,
  state: CaseState,
): ExpressionScope =>
  scopeOf({
    ...state,
    data: restrictData(runtime.data, state.data, { $defs: runtime.$defs ?? {} }, reader) as CaseState['data'],
  });

const titlesOf = ({ published, definition, card: { titles = {} } }: AskingCase): TitleOf => {
  const ofData = titlesIn(published, definition.subject);
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

/** The documents of the case and those that its checklist misses, without those that are marked for others. */
export const documentsOf = (
  { published: { document, runtime }, row: { state } }: AskingCase,
  reader: Reader,
): CardDocument[] => {
  const { documents } = state;
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
