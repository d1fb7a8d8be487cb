import { accountsOf, type Human } from './approval/approval.ts';
import { proposerOf, withExcluded } from './ask-approval.ts';
import type { JsonObject } from './json.ts';
import { own } from './own.ts';
import type { Cause, Run } from './run.ts';

/**
 * The request for an approval as it is made now, by whoever makes it. Who has proposed before what it decides has no part in
 * deciding it: else two people could each approve what the other hands in anew. They are remembered until it is approved.
 */
export const proposed = (
  run: Run,
  approval: string,
  asked: JsonObject,
  cause: Cause,
  before: string[] = [],
): JsonObject => {
  const proposer = proposerOf(cause.facts);
  const accounts = accountsOf(proposer as unknown as Human);
  const request = withExcluded(run.state, asked);
  const earlier = [...new Set([...(own(run.state.proposed, approval) ?? []), ...before])];
  const barred = request.barred as string[];
  const others = earlier.filter((id) => !accounts.includes(id) && !barred.includes(id));
  run.state = {
    ...run.state,
    proposed: { ...run.state.proposed, [approval]: [...new Set([...earlier, ...accounts])] },
  };
  return { ...request, barred: [...barred, ...others], proposer };
};

/** It is approved: what is proposed from here on is another thing. */
export const forgetProposers = (run: Run, approval: string): void => {
  const { proposed: before, ...state } = run.state;
  const { [approval]: _, ...others } = before ?? {};
  run.state = Object.keys(others).length === 0 ? state : { ...state, proposed: others };
};
