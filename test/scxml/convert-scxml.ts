import type {
  Guard,
  Invoke,
  RuntimeDefinition,
  StateNode,
  Transition,
} from '../../machines/kernel/definition.ts';
import type { JsonObject } from '../../machines/kernel/json.ts';
import { type Conversion, convertActions, NotInDocument, rememberConstant } from './convert-actions.ts';
import { type Element, parseXml } from './parse-xml.ts';
import { expressionOf } from './scxml-language.ts';

export { NotInDocument };

/** An SCXML document as a definition, and what its data model starts with. */
export interface Converted {
  definition: RuntimeDefinition;
  data: JsonObject;
  /** SCXML documents that stand in for services: a call is answered when the document has reached its end. */
  services: { [name: string]: Converted };
}

const stateTags = ['state', 'parallel', 'final', 'history'];

/** Ids may hold dots there and not here. */
export const stateIdOf = (id: string): string => id.replaceAll('.', '_');

/**
 * Converts an SCXML document to a definition, to be compiled with `scxmlLanguages` and without lint.
 *
 * @throws NotInDocument for what a definition has no words for
 */
export const convertScxml = (source: string, events: string[] = []): Converted =>
  convertDocument(parseXml(source), events);

const convertDocument = (document: Element, events: string[]): Converted => {
  const variables = childrenOf(document, 'datamodel').flatMap(({ children }) => children);
  const conversion: Conversion = { constants: new Map(), sends: 0 };
  const data: JsonObject = {};
  for (const { attributes } of variables) {
    const { id = '', expr } = attributes;
    rememberConstant(conversion.constants, id, expr ?? '');
    // The session's id is the one value that no document can know.
    const value = expr === undefined || expr === '_sessionid' ? null : new Function(`return (${expr});`)();
    if (typeof value === 'function') {
      throw new NotInDocument('a function in the data model');
    }
    data[id] = value;
  }
  const services: { [name: string]: Converted } = {};
  const machine = convertState(document, { conversion, services, events });
  const event = { by: ['test'], data: { type: 'object', additionalProperties: true } };
  return {
    definition: {
      id: 'scxml',
      version: '1.0.0',
      kind: 'case',
      calendar: 'always',
      data: { type: 'object', additionalProperties: true },
      events: Object.fromEntries(events.map((name) => [name, event])),
      machine,
      services: Object.fromEntries(
        Object.keys(services).map((name) => [name, { activity: `scxml.${name}` }]),
      ),
      open: { by: ['test'] },
    },
    data,
    services,
  };
};

interface Converting {
  conversion: Conversion;
  services: Converted['services'];
  events: string[];
}

const childrenOf = (element: Element, tag: string): Element[] =>
  element.children.filter((child) => child.tag === tag);

const convertState = (element: Element, converting: Converting): StateNode => {
  const { conversion } = converting;
  const block = (tag: string) =>
    childrenOf(element, tag).flatMap(({ children }) => convertActions(children, conversion));
  const states = element.children.filter(({ tag }) => stateTags.includes(tag));
  const initial =
    element.attributes.initial ??
    childrenOf(element, 'initial')[0]?.children[0]?.attributes.target ??
    states.find(({ tag }) => tag !== 'history')?.attributes.id;
  const transitions = childrenOf(element, 'transition');
  const { always, on } = convertTransitions(transitions, conversion);
  const invokes = childrenOf(element, 'invoke').map((invoke) =>
    convertInvoke(invoke, transitions, converting),
  );
  if (element.tag === 'history') {
    const target = (transitions[0]?.attributes.target ?? '').split(' ').map((id) => `#${stateIdOf(id)}`);
    return {
      type: 'history',
      history: element.attributes.type === 'deep' ? 'deep' : 'shallow',
      target: (target.length > 1 ? target : target[0]) as string,
    };
  }
  return {
    ...(element.tag === 'parallel' ? { type: 'parallel' } : {}),
    ...(element.tag === 'final' ? { type: 'final' } : {}),
    ...(states.length > 0 && element.tag !== 'parallel' && initial ? { initial: stateIdOf(initial) } : {}),
    ...(states.length > 0
      ? {
          states: Object.fromEntries(
            states.map((state) => [stateIdOf(state.attributes.id ?? ''), convertState(state, converting)]),
          ),
        }
      : {}),
    ...(always.length > 0 ? { always } : {}),
    on,
    ...(invokes.length > 0 ? { invoke: invokes } : {}),
    entry: block('onentry'),
    exit: block('onexit'),
  };
};

const convertTransitions = (transitions: Element[], conversion: Conversion) => {
  const always: Transition[] = [];
  const on: { [event: string]: Transition[] } = {};
  for (const element of transitions) {
    const converted = convertTransition(element, conversion);
    if (element.attributes.event === undefined) {
      always.push(converted);
    }
    for (const descriptor of eventsOf(element)) {
      // A plain name matches every event whose name goes on from it.
      const name = descriptor.replace(/\.?\*$/, '').replace(/^done\.state/, 'xstate.done.state');
      const pattern = name === '' ? '*' : `${name}.*`;
      on[pattern] = [...(on[pattern] ?? []), converted];
    }
  }
  return { always, on };
};

const eventsOf = ({ attributes }: Element): string[] =>
  (attributes.event ?? '').split(/\s+/).filter((event) => event !== '');

const convertTransition = ({ attributes, children }: Element, conversion: Conversion): Transition => {
  const { target, cond, type } = attributes;
  const targets = (target ?? '')
    .split(/\s+/)
    .filter((id) => id !== '')
    .map((id) => `#${stateIdOf(id)}`);
  return {
    ...(targets.length > 0 ? { target: targets, reenter: type !== 'internal' } : {}),
    ...(cond === undefined ? {} : { guard: convertCondition(cond) }),
    actions: convertActions(children, conversion),
  };
};

const convertCondition = (condition: string): Guard => {
  const [, not, id] = /^(!?)In\('([^']+)'\)$/.exec(condition) ?? [];
  if (id === undefined) {
    return expressionOf(`Boolean(${condition})`);
  }
  return not === '!' ? { not: { in: stateIdOf(id) } } : { in: stateIdOf(id) };
};

const convertInvoke = (element: Element, transitions: Element[], converting: Converting): Invoke => {
  const [document] = childrenOf(element, 'content').flatMap(({ children }) => children);
  if (document?.tag !== 'scxml') {
    throw new NotInDocument('an invoke of something that is not given in place');
  }
  const src = `service-${Object.keys(converting.services).length + 1}`;
  converting.services[src] = convertDocument(document, []);
  const { id } = element.attributes;
  const done = transitions.filter((transition) =>
    eventsOf(transition).some((event) => event === 'done.invoke' || event === `done.invoke.${id}`),
  );
  return {
    ...(id === undefined ? {} : { id }),
    src,
    onDone: done.map((transition) => convertTransition(transition, converting.conversion)),
    onError: 'incident',
  };
};
