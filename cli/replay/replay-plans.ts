import { driveCase, type Sender } from './drive-case.ts';
import type { CaseAnswer } from './follow-case.ts';
import { inParallel } from './in-parallel.ts';
import type { CasePlan } from './plan.ts';
import { type CommandFigures, startTally } from './tally.ts';

export type ReplayFigures = {
  /** Cases in the plan, those that were driven, and those of them that ended closed. */
  readonly cases: { readonly planned: number; readonly driven: number; readonly closed: number };
  readonly commands: CommandFigures;
  /** Deadlines of the driven cases by how they stand at the end, in all and by name. */
  readonly deadlines: DeadlineFigures & { readonly byName: { readonly [name: string]: DeadlineFigures } };
  readonly durationMs: number;
  readonly interrupted: boolean;
};

export type DeadlineFigures = { readonly met: number; readonly breached: number };

/** Cases under way at a time, each with one command under way. */
export const casesAtOnce = 8;

export type ReplayOptions = Sender & {
  readonly width?: number;
  readonly onProgress?: (done: number) => void;
  /** A case that was driven as far as it goes. */
  readonly onCase?: (plan: CasePlan, driven: CaseAnswer) => void;
};

/** Makes the planned cases through the API, several at a time. */
export const replayPlans = async (
  plans: readonly CasePlan[],
  options: ReplayOptions,
): Promise<ReplayFigures> => {
  const startedAtMs = performance.now();
  const tally = startTally();
  const driven: CaseAnswer[] = [];
  let done = 0;
  await inParallel(
    plans,
    options.width ?? casesAtOnce,
    async (plan) => {
      const one = await driveCase(plan, options, tally);
      if (one !== undefined) {
        driven.push(one);
        options.onCase?.(plan, one);
      }
      done += 1;
      options.onProgress?.(done);
    },
    options.signal,
  );
  return {
    cases: {
      planned: plans.length,
      driven: driven.length,
      closed: driven.filter(({ status }) => status === 'closed').length,
    },
    commands: tally.summary(),
    deadlines: deadlineFigures(driven),
    durationMs: Math.round(performance.now() - startedAtMs),
    interrupted: done < plans.length,
  };
};

const deadlineFigures = (driven: readonly CaseAnswer[]): ReplayFigures['deadlines'] => {
  const byName: { [name: string]: { met: number; breached: number } } = {};
  const all = { met: 0, breached: 0 };
  for (const { name, status, breachedAt } of driven.flatMap(({ deadlines }) => deadlines)) {
    const what = breachedAt !== undefined ? 'breached' : status === 'met' ? 'met' : undefined;
    if (what !== undefined) {
      byName[name] ??= { met: 0, breached: 0 };
      byName[name][what] += 1;
      all[what] += 1;
    }
  }
  return { ...all, byName };
};
