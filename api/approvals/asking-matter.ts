import { approvalSubject } from '../../machines/kernel/ask-approval.ts';
import type { Value } from '../../machines/kernel/definition.ts';
import { type ExpressionScope, isExpression } from '../../machines/kernel/expression.ts';
import type { JsonSchema } from '../../machines/kernel/json-schema.ts';
import type { CaseState } from '../../machines/kernel/state.ts';
import { computeValue } from '../../machines/kernel/value.ts';
import type { Published } from '../definitions.ts';
import type { Reader } from '../reader.ts';
import { restrictData } from '../restrict-data.ts';
import type { AskingCase } from './asking-case.ts';
import { type NamedOf, namedInData, type ShownValue, shownValues } from './shown-values.ts';

/** What is to be signed, as the case was in a state, for this reader. */
export const subjectOf = (
  asking: AskingCase,
  reader: Reader,
  state: CaseState = asking.row.state,
): ShownValue[] => {
  const { definition, languages } = asking;
  return shownValues(
    approvalSubject(definition, seenScope(asking, reader, state), languages),
    namesOf(asking),
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
        namesIn(published, value),
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

const namesOf = ({ published, definition, card: { titles = {} } }: AskingCase): NamedOf => {
  const inData = namesIn(published, definition.subject);
  return (path) => ({ ...inData(path), ...(titles[path] === undefined ? {} : { title: titles[path] }) });
};

/** What the case's data call the values that stand where a value's expressions are, or below. */
const namesIn = ({ document }: Published, value: Value): NamedOf => {
  const root = { $defs: document.$defs ?? {} } as JsonSchema;
  return (path) => {
    const below = path === '' ? [] : path.split('.');
    let at: Value | undefined = value;
    while (!isExpression(at)) {
      const key = below.shift();
      if (key === undefined || typeof at !== 'object' || at === null || Array.isArray(at)) {
        return {};
      }
      at = (at as { [key: string]: Value })[key];
    }
    return namedInData(at['@expr'], below, document.data as JsonSchema, root);
  };
};
