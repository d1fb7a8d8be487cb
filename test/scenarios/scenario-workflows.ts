import { DAY_MS } from '../../machines/kernel/instant.ts';
import type { CaseInput } from '../../workflows/messages.ts';
import { runCase } from '../../workflows/run-case.ts';

/** The finest length that the shipped examples and their golden trails know. */
const coarseMs = DAY_MS / 24 / 60 / 2;

/**
 * The workflows of a case whose clock shows whole half minutes. The server's own runs on while a step is played, and a
 * step that came some milliseconds after 09:00 would have half its working day behind it the next morning, not at
 * 17:30. Timers keep to the exact clock, which the workflow reads with `Date.now`.
 */
const atWholeHalfMinutes = (input: CaseInput): Promise<void> => {
  globalThis.Date = new Proxy(Date, {
    construct: (exact, given) =>
      given.length > 0
        ? Reflect.construct(exact, given)
        : new exact(Math.floor(exact.now() / coarseMs) * coarseMs),
  });
  return runCase(input);
};

export {
  atWholeHalfMinutes as approval,
  atWholeHalfMinutes as case,
  atWholeHalfMinutes as claim,
  atWholeHalfMinutes as complaint,
  atWholeHalfMinutes as exposure,
  atWholeHalfMinutes as team,
};
