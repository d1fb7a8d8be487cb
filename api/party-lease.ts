import { setTimeout as sleep } from 'node:timers/promises';
import { endPartyLease, takePartyLease } from '../db/own/party-leases.ts';
import { searchHmac } from '../db/vault/search.ts';
import type { Command } from '../machines/kernel/command.ts';
import type { RuntimeDefinition } from '../machines/kernel/definition.ts';
import type { CaseState } from '../machines/kernel/state.ts';
import { partyTexts } from './fact-lookups.ts';
import { Condition, Refused } from './problem.ts';
import type { Services } from './services.ts';

/** Facts that sum up what other cases got, too. */
const sums = ['claimTotals', 'partyTotals'];

/** Another decision about the same party takes as long as a command does. */
const againMs = 40;
/** A holder that died, or whose entry is not stored yet, keeps others off so long. */
const leaseMs = 30_000;

/**
 * Whether a command is judged by what a claim or a party gets in all: then two at the same moment, in different cases,
 * must not both pass by a sum that lacks the other.
 */
export const isJudgedBySums = (
  definition: RuntimeDefinition,
  state: CaseState,
  command: Command,
): boolean => {
  const event =
    command.type === 'event'
      ? command.event
      : command.type === 'task' && command.verb === 'complete'
        ? command.outcome
        : undefined;
  return (
    event !== undefined &&
    state.mode !== 'historical' &&
    definition.events[event]?.authority !== undefined &&
    sums.some((fact) => definition.facts?.[fact] !== undefined)
  );
};

/**
 * Does the work while no other request decides about the claim or its party; `work` reads the sums itself. Where the
 * work's entry may not be stored yet, others wait until the lease ends.
 *
 * @throws Condition where others were ahead until the end of the request's time
 */
export const decidingAlone = async <T extends { projected: boolean }>(
  services: Services,
  state: CaseState,
  { commandId, deadlineMs }: { commandId: string; deadlineMs: number },
  work: () => Promise<T>,
): Promise<T> => {
  const { store, vault } = services;
  const { tenant } = state;
  const claims = state.links.filter(({ rel }) => rel === 'part-of').map(({ caseId }) => caseId);
  const texts = await partyTexts(services, state);
  const parties = [
    ...[state.caseId, ...claims].map((caseId) => `case:${caseId}`),
    ...texts.map((text) => `party:${searchHmac(vault, tenant, text)}`),
  ];
  const lease = { tenant, parties: [...new Set(parties)], commandId };
  const take = (): Promise<boolean> =>
    takePartyLease(store, lease, { nowMs: Date.now(), untilMs: Date.now() + leaseMs });
  while (!(await take())) {
    if (Date.now() + againMs >= deadlineMs) {
      throw new Condition('CASE_BUSY', 'Another decision about the same party is under way.', {
        retryAfterS: 1,
      });
    }
    await sleep(againMs);
  }
  // What ends in a condition may have been taken all the same, and its entry may come yet.
  let isSettled = false;
  try {
    const made = await work();
    isSettled = made.projected;
    return made;
  } catch (error) {
    isSettled = error instanceof Refused;
    throw error;
  } finally {
    if (isSettled) {
      await endPartyLease(store, lease);
    }
  }
};
