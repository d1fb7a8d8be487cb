import { parseExpression } from 'feelin';

/** A node of a parsed expression. */
export type FeelNode = ReturnType<typeof parseExpression>['topNode'];

/** Longest expression, in UTF-16 code units. */
export const expressionCharsMax = 1_000;

/**
 * Parses an expression without telling the parser any variable.
 *
 * FEEL lets names hold spaces and operators, so a parser that is shown the data would read `limit - fee` as one name
 * as soon as a payload brings a key spelt so. Parsed once and without data, an expression means the same for all.
 */
export const parseFeel = (source: string): FeelNode => parseExpression(source, {}, undefined).topNode;

/** The children of a node, comments left out. */
export const childrenOf = (node: FeelNode): FeelNode[] => {
  const children: FeelNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    // A parse error is marked skipped too.
    if (!child.type.isSkipped || child.type.isError) {
      children.push(child);
    }
  }
  return children;
};

/** The text of a node. */
export const textOf = (node: FeelNode, source: string): string => source.slice(node.from, node.to);

/** A name as the interpreter joins it: `string   length` is `string length`. */
export const nameOf = (node: FeelNode, source: string): string =>
  textOf(node, source).replace(/\s+/g, ' ').trim();

/** The node and everything below it, in reading order. */
export const descendants = (node: FeelNode): FeelNode[] => {
  const found = [node];
  for (let index = 0; index < found.length; index++) {
    const at = found[index];
    if (at !== undefined) {
      found.splice(index + 1, 0, ...childrenOf(at));
    }
  }
  return found;
};
