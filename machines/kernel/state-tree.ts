import type { StateNode } from './definition.ts';

/** A state of a definition's machine with its place in it. `order` is document order; the root has 0. */
export interface StateInfo {
  id: string;
  key: string;
  node: StateNode;
  parent: StateInfo | null;
  children: StateInfo[];
  order: number;
}

/** The id of the machine's root; no state may have it. */
export const rootId = '(machine)';

/** Every state by its stable id, in document order. The first of two states with one id wins; lint refuses both. */
export const stateTree = (machine: StateNode): Map<string, StateInfo> => {
  const byId = new Map<string, StateInfo>();
  let order = 0;
  const visit = (node: StateNode, key: string, parent: StateInfo | null): StateInfo => {
    const id = parent === null ? rootId : (node.id ?? key);
    const info: StateInfo = { id, key, node, parent, children: [], order: order++ };
    if (!byId.has(id)) {
      byId.set(id, info);
    }
    for (const [childKey, child] of Object.entries(node.states ?? {})) {
      info.children.push(visit(child, childKey, info));
    }
    return info;
  };
  visit(machine, rootId, null);
  return byId;
};

/** From the state itself up to, and without, the root. */
export const selfAndAncestors = (info: StateInfo): StateInfo[] => {
  const path: StateInfo[] = [];
  for (let at: StateInfo | null = info; at?.parent; at = at.parent) {
    path.push(at);
  }
  return path;
};

/** A state is atomic when it has no child states and is no history state. */
export const isAtomic = (info: StateInfo): boolean =>
  info.children.length === 0 && info.node.type !== 'history';

/** All active states but the root: the given ones with their ancestors, in document order. */
export const configuration = (tree: Map<string, StateInfo>, leaves: string[]): StateInfo[] => {
  const active = new Set<StateInfo>();
  for (const id of leaves) {
    const leaf = tree.get(id);
    for (const info of leaf ? selfAndAncestors(leaf) : []) {
      active.add(info);
    }
  }
  return [...active].sort((a, b) => a.order - b.order);
};

/** The nearest state that contains both; null is the root. */
export const commonAncestor = (a: StateInfo, b: StateInfo): StateInfo | null => {
  const above = new Set(selfAndAncestors(a).slice(1));
  return selfAndAncestors(b).find((info) => info !== b && above.has(info)) ?? null;
};

/** Nested keys of the given atomic states, as XState's `resolveState` takes them. */
export const stateValue = (tree: Map<string, StateInfo>, leaves: string[]): { [key: string]: object } => {
  const value: { [key: string]: { [key: string]: object } } = {};
  for (const id of leaves) {
    const leaf = tree.get(id);
    let at: { [key: string]: object } = value;
    for (const info of leaf ? selfAndAncestors(leaf).reverse() : []) {
      at[info.key] ??= {};
      at = at[info.key] as { [key: string]: object };
    }
  }
  return value;
};
