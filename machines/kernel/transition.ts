import type { StateNode, Transition } from './definition.ts';

/** The node's transitions for an event in the machine's order: by its name, then by the longest pattern. */
export const candidates = (node: StateNode, type: string): Transition[] =>
  Object.keys(node.on ?? {})
    .filter((pattern) => pattern === type || matchesPattern(type, pattern))
    .sort((a, b) => Number(b === type) - Number(a === type) || b.length - a.length)
    .flatMap((pattern) => node.on?.[pattern] ?? [])
    .map((transition) => (typeof transition === 'string' ? { target: transition } : transition));

/** `*` matches every event, `offer.*` those of that name and those whose name goes on from it. */
const matchesPattern = (type: string, pattern: string): boolean =>
  pattern === '*' ||
  (pattern.endsWith('.*') && (type === pattern.slice(0, -2) || type.startsWith(pattern.slice(0, -1))));

/** Whether a transition only keeps an event from the states around its own. */
export const forbids = ({ guard, target, actions }: Transition): boolean =>
  guard === undefined && target === undefined && actions === undefined;
