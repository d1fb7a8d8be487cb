import { runtimePart } from '../../machines/definition/runtime-part.ts';
import { childCaseId } from '../../machines/kernel/ask-approval.ts';
import type { Actor, Command, TaskCommand } from '../../machines/kernel/command.ts';
import { type Compiled, compile } from '../../machines/kernel/compile.ts';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import type { Effect } from '../../machines/kernel/effect.ts';
import type { Entry } from '../../machines/kernel/entry.ts';
import { open, reopen } from '../../machines/kernel/open.ts';
import { isRefusal, type Refusal } from '../../machines/kernel/refusal.ts';
import type { CaseState } from '../../machines/kernel/state.ts';
import { type Step, step, wake } from '../../machines/kernel/step.ts';
import { shippedCalendars, shippedDefinitions } from '../../machines/library/index.ts';

const calendars = Object.fromEntries(Object.entries(shippedCalendars));
const system = { actor: { id: 'system', roles: ['system'] } };

interface Kept {
  compiled: Compiled;
  state: CaseState;
  entries: Entry[];
}

/** Cases that start, tell and answer one another, in memory: what the durable shell does between them, without it. */
export interface LinkedCases {
  cases: Map<string, Kept>;
  /** Effects that nothing here carries out. */
  left: Effect[];
  at: (caseId: string) => CaseState;
  /** Entry types of a case, the oldest first. */
  types: (caseId: string) => string[];
  open: (definition: RuntimeDefinition, caseId: string, by: Actor, data: CaseState['data']) => void;
  /** The refusal's code, or undefined. */
  send: (caseId: string, command: Loose) => string | undefined;
  /** Lets happen what is due by now. */
  wake: (caseId: string) => void;
  /** Opens a closed case again. The refusal's code, or undefined. */
  reopen: (caseId: string, by: Actor) => string | undefined;
  /** Lets effects wait, so that a test can bring them out of order. */
  hold: () => () => void;
}

type Loose =
  | { type: 'event'; event: string; by: Actor; data?: CaseState['data'] }
  | ({ type: 'task'; by: Actor; reason?: true } & Omit<TaskCommand, 'type' | 'id' | 'facts' | 'reason'>);

/** @param definitions what the cases that others start are opened by: the last with the id that is asked for */
export const linkedCases = (nowOf: () => string, definitions = shippedDefinitions()): LinkedCases => {
  const cases = new Map<string, Kept>();
  const left: Effect[] = [];
  let commands = 0;
  let waiting: [string, Effect][] | undefined;

  const kept = (caseId: string): Kept => {
    const found = cases.get(caseId);
    if (!found) {
      throw new Error(`There is no case ${caseId}.`);
    }
    return found;
  };

  const take = (caseId: string, made: Step | Refusal): string | undefined => {
    if (isRefusal(made)) {
      return made.code;
    }
    const each = kept(caseId);
    each.state = JSON.parse(JSON.stringify(made.state)) as CaseState;
    each.entries.push(...made.entries);
    for (const effect of made.effects) {
      if (waiting) {
        waiting.push([caseId, effect]);
      } else {
        carryOut(caseId, effect);
      }
    }
    return undefined;
  };

  const deliver = (caseId: string, command: Omit<Command, 'id'>): string | undefined => {
    const { compiled, state } = kept(caseId);
    commands += 1;
    return take(caseId, step(compiled, state, { ...command, id: `c${commands}` } as Command, nowOf()));
  };

  const carryOut = (caseId: string, effect: Effect): void => {
    const { state } = kept(caseId);
    const { epoch, seq, headHash } = state;
    if (effect.type === 'startCase') {
      const child = childCaseId('acme', effect.id);
      const document = definitions.findLast(({ id }) => id === effect.definition);
      if (document && !cases.has(child)) {
        begin(runtimePart(document), child, { id: caseId, roles: ['case'] }, effect.data, [
          { rel: effect.rel, caseId },
        ]);
        deliver(caseId, { type: 'link', rel: effect.rel, caseId: child, facts: system } as Command);
      }
    } else if (effect.type === 'tellCase') {
      deliver(effect.caseId, {
        type: 'message',
        event: effect.event,
        data: effect.data,
        from: { caseId, epoch, seq, headHash },
        facts: { actor: { id: caseId, roles: ['case'] } },
      } as Command);
    } else {
      left.push(effect);
    }
  };

  const begin = (
    definition: RuntimeDefinition,
    caseId: string,
    by: Actor,
    data: CaseState['data'],
    links: { rel: string; caseId: string }[] = [],
  ): void => {
    const { id, version } = definition;
    const compiled = compile({ definition, ref: { id, version, hash: '0'.repeat(64) }, calendars });
    const opening = { commandId: `${caseId}.open`, tenant: 'acme', caseId, number: caseId, links, data };
    const made = open(compiled, { ...opening, facts: { actor: by }, receivedAt: nowOf() }, nowOf());
    if (isRefusal(made)) {
      throw new Error(`${made.code} ${made.detail} ${JSON.stringify(made.errors ?? [])}`);
    }
    cases.set(caseId, { compiled, state: made.state, entries: [] });
    take(caseId, made);
  };

  return {
    cases,
    left,
    at: (caseId) => kept(caseId).state,
    types: (caseId) => kept(caseId).entries.map(({ type }) => type),
    open: (definition, caseId, by, data) => begin(definition, caseId, by, data),
    send: (caseId, { by, ...command }) =>
      deliver(caseId, {
        ...command,
        ...('reason' in command ? { reason: { ref: 'r', commitment: 'c' } } : {}),
        facts: { actor: by },
      } as unknown as Command),
    wake: (caseId) => {
      const { compiled, state } = kept(caseId);
      take(caseId, wake(compiled, state, nowOf()));
    },
    reopen: (caseId, by) => {
      const { compiled, state } = kept(caseId);
      commands += 1;
      const reason = { ref: 'r', commitment: 'c' };
      const command = { id: `c${commands}`, type: 'reopen', facts: { actor: by }, reason } as const;
      return take(caseId, reopen(compiled, state, command, nowOf()));
    },
    hold: () => {
      waiting = [];
      return () => {
        const [...held] = waiting ?? [];
        waiting = undefined;
        for (const [caseId, effect] of held) {
          carryOut(caseId, effect);
        }
      };
    },
  };
};
