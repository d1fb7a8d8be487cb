import type { Action } from '../../machines/kernel/definition.ts';
import type { Element } from './parse-xml.ts';
import { expressionOf } from './scxml-language.ts';

/** Something a definition document has no words for; the message says what. */
export class NotInDocument extends Error {}

/** What conversion keeps in mind of one SCXML document. */
export interface Conversion {
  /** Variables whose value is known when the document is read. */
  constants: Map<string, string>;
  /** Counts sends, so that each has a timer of its own and equal dates keep document order. */
  sends: number;
}

/** Converts a block of executable content. @throws NotInDocument */
export const convertActions = (elements: Element[], conversion: Conversion): Action[] => {
  const constants = new Map(conversion.constants);
  return elements.flatMap((element) => convertAction(element, { ...conversion, constants }, conversion));
};

const convertAction = (element: Element, block: Conversion, conversion: Conversion): Action[] => {
  const { tag, attributes } = element;
  switch (tag) {
    case 'log':
      return [];
    case 'assign': {
      const { location = '', expr = '' } = attributes;
      rememberConstant(block.constants, location, expr);
      return [{ type: 'assign', set: { [location]: expressionOf(expr) } }];
    }
    case 'script': {
      const [, name = '', operator = '', value = ''] =
        /^\s*(\w+)\s*([*+-])=\s*([^;]+);?\s*$/.exec(element.text) ?? [];
      if (name === '') {
        throw new NotInDocument('scripts');
      }
      return [{ type: 'assign', set: { [name]: expressionOf(`${name} ${operator} (${value})`) } }];
    }
    case 'raise':
      return [raise(attributes.event ?? '', element)];
    case 'send':
      return [send(element, block, conversion)];
    case 'cancel':
      return [{ type: 'cancel', id: attributes.sendid ?? '' }];
    case 'if':
      return conditional(element, block, conversion);
    default:
      throw new NotInDocument(`<${tag}> as an action`);
  }
};

const raise = (event: string, { children }: Element): Action & { type: 'raise' } => {
  const params = children
    .filter(({ tag }) => tag === 'param')
    .map(({ attributes }) => [attributes.name, expressionOf(attributes.expr ?? 'undefined')]);
  return { type: 'raise', event, data: { name: event, data: Object.fromEntries(params) } };
};

const send = (element: Element, block: Conversion, conversion: Conversion): Action => {
  const { event, eventexpr, target, targetexpr, id, delay, delayexpr } = element.attributes;
  if (target === '#_parent') {
    throw new NotInDocument('an event to the machine that invoked this one (#_parent)');
  }
  const name = event ?? constantOf(eventexpr ?? '', block.constants);
  const length = delay ?? (delayexpr === undefined ? '0s' : constantOf(delayexpr, block.constants));
  if (name === undefined || length === undefined) {
    throw new NotInDocument('an event name or a delay that is computed');
  }
  const goal = target ?? (targetexpr === undefined ? undefined : constantOf(targetexpr, block.constants));
  // Every other target that these tests compute is the machine itself, by one name or another.
  if (goal === '#_internal') {
    return raise(name, element);
  }
  conversion.sends += 1;
  const order = String(conversion.sends).padStart(4, '0');
  return { ...raise(name, element), delay: isoLength(length), id: id ?? `send-${order}` };
};

const isoLength = (length: string): string => {
  const [, amount = '0', unit] = /^([\d.]+)(ms|s)$/.exec(length) ?? [];
  return `PT${unit === 'ms' ? Number(amount) / 1000 : Number(amount)}S`;
};

/** The value of an expression that is a literal text or a variable with a known one. */
const constantOf = (expression: string, constants: Map<string, string>): string | undefined =>
  /^'([^']*)'$/.exec(expression)?.[1] ?? constants.get(expression);

export const rememberConstant = (constants: Map<string, string>, name: string, expression: string): void => {
  const value = constantOf(expression, constants);
  if (value === undefined) {
    constants.delete(name);
  } else {
    constants.set(name, value);
  }
};

interface Branch {
  condition: string;
  actions: Element[];
}

const branchesOf = ({ attributes, children }: Element): Branch[] => {
  const branches: Branch[] = [{ condition: attributes.cond ?? 'true', actions: [] }];
  for (const child of children) {
    if (child.tag === 'elseif' || child.tag === 'else') {
      branches.push({ condition: child.attributes.cond ?? 'true', actions: [] });
    } else {
      branches.at(-1)?.actions.push(child);
    }
  }
  return branches;
};

// The document has no conditional actions. What only assigns becomes one assignment per variable whose expression
// runs the whole block; what is decided by `true` and `false` is decided here.
const conditional = (element: Element, block: Conversion, conversion: Conversion): Action[] => {
  const branches = branchesOf(element);
  if (branches.every(({ condition }) => condition === 'true' || condition === 'false')) {
    const chosen = branches.find(({ condition }) => condition === 'true');
    return (chosen?.actions ?? []).flatMap((each) => convertAction(each, block, conversion));
  }
  const assigned = new Set<string>();
  const code = statementsOf(element, assigned);
  const set = [...assigned].map((name) => [name, expressionOf(`(() => { ${code} return ${name}; })()`)]);
  return [{ type: 'assign', set: Object.fromEntries(set) }];
};

const statementsOf = (element: Element, assigned: Set<string>): string => {
  const { tag, attributes } = element;
  switch (tag) {
    case 'log':
      return '';
    case 'assign':
      assigned.add(attributes.location ?? '');
      return `${attributes.location} = (${attributes.expr});`;
    case 'if':
      return branchesOf(element)
        .map(
          ({ condition, actions }) =>
            `if (${condition}) { ${actions.map((each) => statementsOf(each, assigned)).join(' ')} }`,
        )
        .join(' else ');
    default:
      throw new NotInDocument(`a conditional <${tag}>`);
  }
};
