import type { ChildProcess } from 'node:child_process';
import { CommandError } from '../command-error.ts';
import { relayLines } from './relay-lines.ts';
import { type ChildHistory, decideRestart } from './restart-policy.ts';

export type ChildSpec = {
  readonly name: string;
  readonly spawn: () => ChildProcess;
  /**
   * Resolves when the process does its work. `ended` is aborted when it ends first.
   * A CommandError before the process was ever ready means that starting it again is useless.
   */
  readonly whenReady: (child: ChildProcess, ended: AbortSignal) => Promise<void>;
  /** How long it may take to end by itself before it is killed. */
  readonly stopWithinMs: number;
  /** Holds back what it prints while it starts and stops. */
  readonly quietOutsideWork?: boolean;
  /** Lines that are never passed on. */
  readonly ignoredLines?: RegExp;
};

export type Console = {
  /** A sentence of the supervisor's own. */
  readonly say: (sentence: string) => void;
  /** A line that a child printed. */
  readonly print: (line: string) => void;
};

export type SupervisedChild = {
  readonly name: string;
  /** Starts it. Resolves when it is ready for the first time; rejects when it cannot start. */
  start(): Promise<void>;
  /** Ends it, killing it when it takes too long, and keeps it ended. */
  stop(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
};

const lastWordsWithinMs = 500;

/** Keeps one process running: what ends is started again, more and more slowly. */
export function superviseChild(
  spec: ChildSpec,
  console: Console,
  noteProcess: (name: string, pid: number | undefined) => void,
): SupervisedChild {
  let history: ChildHistory = { failures: 0, everReady: false };
  let child: ChildProcess | undefined;
  let working = false;
  let stopping = false;
  let restartTimer: NodeJS.Timeout | undefined;
  let whenGone: Promise<void> = Promise.resolve();
  const firstReady = Promise.withResolvers<void>();
  firstReady.promise.catch(() => undefined); // Whoever called `start` sees it; after `stop` nobody does.

  const launch = (): void => {
    const startedAtMs = performance.now();
    const current = spec.spawn();
    const ended = new AbortController();
    const gone = Promise.withResolvers<void>();
    child = current;
    whenGone = gone.promise;
    noteProcess(spec.name, current.pid);
    const wanted = (line: string): boolean =>
      (!spec.quietOutsideWork || (working && !stopping)) && !spec.ignoredLines?.test(line);
    relayLines(spec.name, current.stdout, console.print, wanted);
    relayLines(spec.name, current.stderr, console.print, wanted);

    const onEnd = (how: string): void => {
      if (child !== current) {
        return;
      }
      child = undefined;
      working = false;
      noteProcess(spec.name, undefined);
      ended.abort();
      gone.resolve();
      const ranMs = performance.now() - startedAtMs;
      // Its last lines, and `whenReady`'s reason to give up, arrive after the end itself.
      const settle = setTimeout(() => restart(how, ranMs), lastWordsWithinMs);
      current.once('close', () => {
        clearTimeout(settle);
        setImmediate(() => restart(how, ranMs));
      });
    };
    current.once('error', (error) => onEnd(error.message));
    current.once('exit', (code, signal) =>
      onEnd(signal === null ? `exit code ${code}` : `killed by ${signal}`),
    );

    spec.whenReady(current, ended.signal).then(
      () => {
        if (child === current) {
          working = true;
          if (history.everReady) {
            console.say(`${spec.name} is ready again.`);
          }
          history = { ...history, everReady: true };
          firstReady.resolve();
        }
      },
      (error: unknown) => {
        if (error instanceof CommandError && !history.everReady) {
          stopping = true;
          firstReady.reject(error);
        }
        current.kill('SIGKILL');
      },
    );
  };

  const restart = (how: string, ranMs: number): void => {
    if (stopping) {
      return;
    }
    const decision = decideRestart(history, ranMs);
    history = { ...history, failures: decision.failures };
    if (decision.do === 'give-up') {
      stopping = true;
      firstReady.reject(
        new CommandError(
          `${spec.name} cannot start: it ended ${decision.failures} times (${how}). Its lines above say why.`,
        ),
      );
      return;
    }
    console.say(`${spec.name} ended (${how}); starting it again in ${decision.delayMs / 1000} s.`);
    restartTimer = setTimeout(launch, decision.delayMs);
  };

  return {
    name: spec.name,
    start() {
      launch();
      return firstReady.promise;
    },
    async stop() {
      stopping = true;
      clearTimeout(restartTimer);
      firstReady.reject(new CommandError(`${spec.name} was stopped before it was ready.`));
      if (child === undefined) {
        return;
      }
      const current = child;
      current.kill('SIGTERM');
      const limit = setTimeout(() => {
        console.say(`${spec.name} did not end within ${spec.stopWithinMs / 1000} s; killing it.`);
        current.kill('SIGKILL');
      }, spec.stopWithinMs);
      await whenGone;
      clearTimeout(limit);
    },
    kill() {
      stopping = true;
      clearTimeout(restartTimer);
      child?.kill('SIGKILL');
    },
  };
}
