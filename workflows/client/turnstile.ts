/** Updates to one workflow that one process has in flight; Temporal itself takes ten from all of them. */
const inFlightMax = 8;

interface Queue {
  inFlight: number;
  waiting: (() => void)[];
}

/** Lets a few callers at a time through to each key, in the order in which they came. */
export interface Turnstile {
  /** @returns undefined where no place became free until `deadlineMs` (epoch) */
  pass: <T>(key: string, deadlineMs: number, work: () => Promise<T>) => Promise<T | undefined>;
}

export const createTurnstile = (): Turnstile => {
  const queues = new Map<string, Queue>();

  const enter = (queue: Queue, deadlineMs: number): Promise<boolean> | true => {
    if (queue.inFlight < inFlightMax) {
      queue.inFlight += 1;
      return true;
    }
    return new Promise((resolve) => {
      const admit = (): void => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        queue.waiting = queue.waiting.filter((each) => each !== admit);
        resolve(false);
      }, deadlineMs - Date.now());
      queue.waiting.push(admit);
    });
  };

  const leave = (key: string, queue: Queue): void => {
    const next = queue.waiting.shift();
    if (next) {
      next();
      return;
    }
    queue.inFlight -= 1;
    if (queue.inFlight === 0) {
      queues.delete(key);
    }
  };

  return {
    pass: async (key, deadlineMs, work) => {
      const queue = queues.get(key) ?? { inFlight: 0, waiting: [] };
      queues.set(key, queue);
      if (!(await enter(queue, deadlineMs))) {
        return undefined;
      }
      try {
        return await work();
      } finally {
        leave(key, queue);
      }
    },
  };
};
