import type { DefinitionDocument } from '../machines/definition/schema.ts';
import { adHocTitle } from '../machines/kernel/ad-hoc-title.ts';

// Not the interface of definitions: this one is plain JSON.
type Title = { zh: string; en: string };

/**
 * What a task is called: as the definition titles the work, else, where a person or the engine added it, what such work
 * is called, else as the definition titles the state that the task stands under (a seat's has no more), else the
 * state's id.
 */
export const taskTitle = (document: DefinitionDocument | undefined, state: string): Title =>
  document?.tasks?.[state]?.title ??
  adHocTitle(state) ??
  (document && stateTitle(document.machine, '', state)) ?? { zh: state, en: state };

const stateTitle = (node: DefinitionDocument['machine'], key: string, state: string): Title | undefined => {
  if ((node.id ?? key) === state) {
    return node.title;
  }
  for (const [child, inner] of Object.entries(node.states ?? {})) {
    const title = stateTitle(inner, child, state);
    if (title) {
      return title;
    }
  }
  return undefined;
};
