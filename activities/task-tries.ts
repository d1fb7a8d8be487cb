import { StoreUnavailable } from '../db/failure.ts';

/** A task that a round tries to give to somebody; `assignee`: from whom. */
export interface TriedTask {
  tenant: string;
  caseId: string;
  taskId: string;
  assignee?: string;
}

/** What a round has tried for nothing lately: it is left alone for a while, so that it hides no other. */
export interface TaskTries {
  /** Begins a round; how many tasks are left alone in it. */
  begin: (nowMs: number) => number;
  isResting: (task: TriedTask) => boolean;
  /** Whether the work came to something. A task that fails is told of, and the round goes on. */
  attempt: (task: TriedTask, work: () => Promise<boolean>, nowMs: number) => Promise<boolean>;
}

/** What came to nothing is tried again after so long. */
const againAfterMs = 5 * 60_000;

/** @param what the tasks of this round, as its operator reads it */
export const createTaskTries = (what: string, say: (line: string) => void): TaskTries => {
  const notBefore = new Map<string, number>();
  return {
    begin: (nowMs) => {
      for (const [key, ms] of notBefore) {
        if (ms <= nowMs) notBefore.delete(key);
      }
      return notBefore.size;
    },
    isResting: (task) => notBefore.has(keyOf(task)),
    attempt: async (task, work, nowMs) => {
      // Put down before it is tried: what ends the round must not be the first of the next one.
      notBefore.set(keyOf(task), nowMs + againAfterMs);
      try {
        const done = await work();
        if (done) notBefore.delete(keyOf(task));
        return done;
      } catch (error) {
        // While the store is away there is nothing to be had.
        if (error instanceof StoreUnavailable) throw error;
        say(
          `${what}: ${task.taskId} of ${task.caseId}: ${error instanceof Error ? error.name : 'unknown error'}`,
        );
        return false;
      }
    },
  };
};

const keyOf = ({ tenant, taskId, assignee = '' }: TriedTask): string =>
  JSON.stringify([tenant, taskId, assignee]);
