import { childrenOf, type FeelNode, nameOf, textOf } from '../kernel/expression/feel-tree.ts';
import { scopeVariables } from '../kernel/expression/language.ts';

/** A path that an expression reads, such as `['data', 'estimate', 'amount']`; lists add no step of their own. */
export interface PathRead {
  path: string[];
  at: { from: number; to: number };
  /** The list whose items a filter tests, when the path is written inside a filter's brackets. */
  within: string[] | null;
  /**
   * `carried`: the value becomes the result, or a part of it, as it is. `presence`: it is only compared with null.
   * `read`: anything else.
   */
  how: 'carried' | 'presence' | 'read';
}

/** What names mean at a place: loop variables, and the list being filtered. `null` is a computed value. */
interface Names {
  loop: ReadonlyMap<string, string[] | null>;
  filtered: { path: string[] | null } | null;
}

/** All paths that an expression reads, in reading order, the longest form of each. */
export const pathsRead = (top: FeelNode, source: string): PathRead[] => {
  const reads: PathRead[] = [];
  visit(top, source, { loop: new Map(), filtered: null }, reads);
  return reads;
};

const visit = (node: FeelNode, source: string, names: Names, reads: PathRead[]): void => {
  const children = childrenOf(node);
  switch (node.name) {
    case 'VariableName':
    case 'PathExpression':
      visitPath(node, children, source, names, reads);
      return;
    case 'FunctionInvocation':
      // The first child is the function's name.
      visitAll(children.slice(1), source, names, reads);
      return;
    case 'InstanceOfExpression':
      visitAll(children.slice(0, 1), source, names, reads);
      return;
    case 'FilterExpression':
      visitFilter(children, source, names, reads);
      return;
    case 'ForExpression':
    case 'QuantifiedExpression':
      visitLoop(children, source, names, reads);
      return;
    default:
      visitAll(children, source, names, reads);
  }
};

const visitAll = (nodes: FeelNode[], source: string, names: Names, reads: PathRead[]): void => {
  for (const node of nodes) {
    visit(node, source, names, reads);
  }
};

const visitPath = (
  node: FeelNode,
  children: FeelNode[],
  source: string,
  names: Names,
  reads: PathRead[],
): void => {
  const path = pathOf(node, source, names);
  if (path !== null) {
    reads.push({
      path,
      at: { from: node.from, to: node.to },
      within: names.filtered?.path ?? null,
      how: howRead(node, source),
    });
  }
  // What the path starts from may itself hold filters and calls that read.
  let start: FeelNode | undefined = node;
  while (start?.name === 'PathExpression') {
    start = childrenOf(start)[0];
  }
  if (start !== undefined && start !== node && start.name !== 'VariableName') {
    const inner: PathRead[] = [];
    visit(start, source, names, inner);
    reads.push(...inner);
  } else if (path === null && node.name !== 'VariableName') {
    visitAll(children.slice(0, 1), source, names, reads);
  }
};

const howRead = (node: FeelNode, source: string): PathRead['how'] => {
  const parent = node.parent;
  switch (parent?.name) {
    case 'Expression':
      return 'carried';
    case 'IfExpression':
      // if, condition, then, value, else, value
      return childrenOf(parent)[1]?.from === node.from ? 'read' : howRead(parent, source);
    case 'ParenthesizedExpression':
    case 'Context':
    case 'ContextEntry':
    case 'List':
      return howRead(parent, source);
    case 'Comparison': {
      const [left, operator, right] = childrenOf(parent);
      const isEquality = operator !== undefined && ['=', '!='].includes(textOf(operator, source));
      return isEquality && (left?.name === 'null' || right?.name === 'null') ? 'presence' : 'read';
    }
    default:
      return 'read';
  }
};

const visitFilter = (children: FeelNode[], source: string, names: Names, reads: PathRead[]): void => {
  const [target, , predicate] = children;
  if (target === undefined || predicate === undefined) {
    return;
  }
  visit(target, source, names, reads);
  const path = pathOf(target, source, names);
  visit(predicate, source, { loop: names.loop, filtered: { path } }, reads);
};

const visitLoop = (children: FeelNode[], source: string, names: Names, reads: PathRead[]): void => {
  const loop = new Map(names.loop);
  for (const domains of children.filter(({ name }) => name === 'InExpressions')) {
    for (const each of childrenOf(domains)) {
      const [variable, , domain] = childrenOf(each);
      if (variable !== undefined && domain !== undefined) {
        visit(domain, source, names, reads);
        loop.set(nameOf(variable, source), pathOf(domain, source, names));
      }
    }
  }
  const rest = children.filter(({ name }) => name !== 'InExpressions');
  visitAll(rest, source, { loop, filtered: names.filtered }, reads);
};

/** The path a node stands for, or `null` for a computed value. */
export const pathOf = (node: FeelNode, source: string, names: Names = noNames): string[] | null => {
  const children = childrenOf(node);
  const [first] = children;
  switch (node.name) {
    case 'VariableName':
      return pathOfName(nameOf(node, source), names);
    case 'PathExpression': {
      const base = first === undefined ? null : pathOf(first, source, names);
      const last = children.at(-1);
      return base === null || last === undefined ? null : [...base, textOf(last, source)];
    }
    case 'ParenthesizedExpression':
      return children[1] === undefined ? null : pathOf(children[1], source, names);
    case 'FilterExpression':
    case 'IterationContext':
      return first === undefined ? null : pathOf(first, source, names);
    default:
      return null;
  }
};

const noNames: Names = { loop: new Map(), filtered: null };

const pathOfName = (name: string, { loop, filtered }: Names): string[] | null => {
  const bound = loop.get(name);
  if (bound !== undefined) {
    return bound;
  }
  if (filtered !== null && name === 'item') {
    return filtered.path;
  }
  if (filtered !== null && !scopeVariables.some((variable) => variable === name)) {
    return filtered.path === null ? null : [...filtered.path, name];
  }
  return [name];
};
