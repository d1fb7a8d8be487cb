import type { Cases } from '../../api/cases.ts';
import type { Store } from '../../db/open.ts';
import { getCase } from '../../db/read/get-case.ts';
import { project } from '../../db/write/project.ts';
import type { Command, ServiceCommand } from '../../machines/kernel/command.ts';
import { type Compiled, type CompileInput, compile } from '../../machines/kernel/compile.ts';
import type { Effect } from '../../machines/kernel/effect.ts';
import type { Json } from '../../machines/kernel/json.ts';
import { compiledAfter } from '../../machines/kernel/policy/adopt-policy.ts';
import { isRefusal, type Refusal } from '../../machines/kernel/refusal.ts';
import type { CaseState } from '../../machines/kernel/state.ts';
import { answeredSeq, type Step, step } from '../../machines/kernel/step.ts';
import type { Outcome } from '../../workflows/client/outcome.ts';
import { startStep } from '../../workflows/start-step.ts';

export interface InProcessCases extends Cases {
  /** Effects that nobody here carries out: assignments, children, messages to other cases. */
  left: Effect[];
  /** Makes the engine fail from the next call on: with a condition, or with an error (`broken`). */
  failWith: (code: Extract<Outcome, { type: 'condition' }>['code'] | 'broken' | undefined) => void;
  /** While set, commands are taken but not written to the store. */
  holdProjection: (held: boolean) => void;
  /** Makes the run forget what came after this state, as a crash does that the store outlived. */
  forgetAfter: (state: CaseState) => void;
  /** Ids of all commands that reached the engine, in order. */
  received: string[];
}

interface Run {
  compiled: Compiled;
  state: CaseState;
}

/**
 * Cases without Temporal: the real kernel and the real projection, one command at a time per case. Services answer at
 * once what `service` says (default `{}`); clocks fire with the next command.
 */
export const inProcessCases = (
  store: Store,
  {
    now = Date.now,
    service = () => ({}),
  }: { now?: () => number; service?: (name: string, input: Json) => Json } = {},
): InProcessCases => {
  const runs = new Map<string, Run>();
  const compiles = new Map<string, CompileInput>();
  const turns = new Map<string, Promise<unknown>>();
  const received: string[] = [];
  const left: Effect[] = [];
  let failure: Parameters<InProcessCases['failWith']>[0];
  let held = false;
  const at = () => new Date(now()).toISOString();
  const keyOf = ({ tenant, caseId }: { tenant: string; caseId: string }) => `${tenant} ${caseId}`;

  const inTurn = <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const turn = (turns.get(key) ?? Promise.resolve()).then(work, work);
    turns.set(key, turn);
    return turn;
  };

  const failed = (): Outcome | undefined => {
    if (failure === 'broken') {
      throw new Error('The engine is broken');
    }
    return failure === undefined ? undefined : { type: 'condition', code: failure };
  };

  const take = async (run: Run, judged: Step | Refusal): Promise<Outcome> => {
    if (isRefusal(judged)) {
      return { type: 'refused', refusal: judged };
    }
    const { state, entries, effects } = judged;
    const { tenant, caseId } = state;
    run.state = state;
    if (!held && entries.length > 0) {
      await project(store, { tenant, caseId, state, entries, effects });
    }
    for (const effect of effects) {
      await carryOut(run, effect);
    }
    const { seq, rev, epoch, headHash, status } = run.state;
    return { type: 'answered', answer: { caseId, seq, rev, epoch, headHash, status, projected: !held } };
  };

  const carryOut = async (run: Run, effect: Effect): Promise<void> => {
    if (effect.type !== 'callService') {
      if (effect.type !== 'deliver' && effect.type !== 'cancelService') {
        left.push(effect);
      }
      return;
    }
    const { invokeId, visit, id } = effect;
    const command: ServiceCommand = {
      type: 'service',
      id: `${id}.result`,
      facts: { actor: { id: 'system', roles: ['system'] } },
      invokeId,
      visit,
      result: resultOf(() => service(effect.service, effect.input)),
    };
    await take(run, step(run.compiled, run.state, command, at()));
  };

  const runOf = async (target: { tenant: string; caseId: string }): Promise<Run | undefined> => {
    const known = runs.get(keyOf(target));
    const row = known ? undefined : await getCase(store, target);
    const input = compiles.get(keyOf(target));
    const run = known ?? (row && input ? { compiled: compile(input), state: row.state } : undefined);
    return run?.state.status === 'open' ? run : undefined;
  };

  return {
    left,
    received,
    failWith: (code) => {
      failure = code;
    },
    holdProjection: (value) => {
      held = value;
    },
    forgetAfter: (state) => {
      const run = runs.get(keyOf(state));
      if (run) {
        run.state = state;
      }
    },
    send: (target, command: Command) =>
      inTurn(keyOf(target), async () => {
        const condition = failed();
        if (condition) {
          return condition;
        }
        received.push(command.id);
        const run = await runOf(target);
        if (!run) {
          return { type: 'condition', code: 'CASE_NOT_RUNNING' };
        }
        if (answeredSeq(run.state, command.id) !== undefined) {
          return take(run, { state: run.state, entries: [], effects: [] });
        }
        const made = step(run.compiled, run.state, command, at());
        run.compiled = isRefusal(made) ? run.compiled : compiledAfter(run.compiled, command);
        return take(run, made);
      }),
    start: (input, judged) =>
      inTurn(keyOf(judged), async () => {
        const condition = failed();
        if (condition) {
          return condition;
        }
        const running = await runOf(judged);
        if (running) {
          return take(running, { state: running.state, entries: [], effects: [] });
        }
        const run = { compiled: compile(input.compile), state: judged };
        compiles.set(keyOf(judged), input.compile);
        runs.set(keyOf(judged), run);
        return take(run, startStep(run.compiled, input, at()));
      }),
    sync: (target) =>
      inTurn(keyOf(target), async () => {
        const [run, row] = [runs.get(keyOf(target)), await getCase(store, target)];
        if (run && row) {
          run.state = row.state;
        }
      }),
    hasEnded: async (target) => (await runOf(target)) === undefined,
    // Nothing goes through a bulk job here by itself.
    wakeBulk: async () => {
      if (failed()) {
        throw new Error('The engine is away');
      }
    },
    isReachable: async () => failure === undefined,
  };
};

const resultOf = (answer: () => Json): ServiceCommand['result'] => {
  try {
    return { ok: true, output: answer() };
  } catch {
    return { ok: false, code: 'SERVICE_FAILED' };
  }
};
