import { evaluate } from 'feelin';
import { feelFunctions, patternParameters } from './feel-functions.ts';
import type { Report } from './feel-problem.ts';
import { childrenOf, type FeelNode, nameOf, textOf } from './feel-tree.ts';
import { compilePattern } from './pattern.ts';

/** Only known functions are called, by name, and with patterns that are written out and safe. */
export const checkCall = (children: FeelNode[], source: string, report: Report): void => {
  const [target] = children;
  if (target === undefined) {
    return;
  }
  const name = nameOf(target, source);
  if (target.name !== 'VariableName' || !feelFunctions.has(name)) {
    report(
      target,
      'FUNCTION_UNKNOWN',
      `"${name}" is not a function that expressions may call.`,
      'Use a FEEL function such as `count`, `contains`, `list contains`; to read a field, name it.',
    );
    return;
  }
  const parameter = patternParameters[name];
  if (parameter === undefined) {
    return;
  }
  const parameters = children.flatMap(childrenOf).filter(({ name: kind }) => kind !== '(' && kind !== ')');
  const positional = children.some(({ name: kind }) => kind === 'PositionalParameters');
  const given = (position: { index: number; name: string }): FeelNode | undefined => {
    const listed = children.filter(({ name: kind }) => kind.endsWith('Parameters')).flatMap(childrenOf);
    if (positional) {
      return listed[position.index];
    }
    const found = listed.find((one) => {
      const [label] = childrenOf(one);
      return label !== undefined && nameOf(label, source) === position.name;
    });
    return found === undefined ? undefined : childrenOf(found)[1];
  };
  const pattern = given(parameter);
  const flags = given({ index: name === 'replace' ? 3 : 2, name: 'flags' });
  if (pattern === undefined || parameters.length === 0) {
    return;
  }
  const reason = patternRefusal(pattern, flags, source);
  if (reason !== null) {
    report(
      pattern,
      'PATTERN_UNSAFE',
      `The pattern is refused: ${reason}.`,
      'Write a plain pattern in double quotes; or use `contains`, `starts with`, `ends with`.',
    );
  }
};

const patternRefusal = (pattern: FeelNode, flags: FeelNode | undefined, source: string): string | null => {
  if (pattern.name !== 'StringLiteral' || (flags !== undefined && flags.name !== 'StringLiteral')) {
    return 'it is not written out as text, so nobody can check it';
  }
  try {
    compilePattern(literalText(pattern, source), flags === undefined ? '' : literalText(flags, source));
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : 'it cannot be read';
  }
};

const literalText = (node: FeelNode, source: string): string => String(evaluate(textOf(node, source)).value);
