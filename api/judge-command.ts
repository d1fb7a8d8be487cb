import type { CaseRow } from '../db/read/get-case.ts';
import type { Command } from '../machines/kernel/command.ts';
import { isRefusal, type Refusal } from '../machines/kernel/refusal.ts';
import { step } from '../machines/kernel/step.ts';
import { type CommandParts, prepareCommand, type Sender, wholeCommand } from './prepare-command.ts';
import type { Services } from './services.ts';

/**
 * What the kernel would say to a command now, by the case as it is stored. Nothing is changed, sent or kept.
 *
 * @returns undefined where it would be accepted
 * @throws Refused where the API itself would refuse it
 */
export const judgeCommand = async (
  services: Services,
  sender: Sender,
  parts: CommandParts,
  row: CaseRow,
  id: string,
): Promise<Refusal | undefined> => {
  const { target, facts, plan } = await prepareCommand(services, sender, parts, row);
  return judgeStored(services, row, await wholeCommand(parts, { id, target, facts, sealed: plan.judged }));
};

/** What the kernel says to a whole command, by the case as it is stored; undefined where it would be accepted. */
export const judgeStored = async (
  { definitions, now }: Services,
  { state }: CaseRow,
  command: Command,
): Promise<Refusal | undefined> => {
  const judged = step(await definitions.compiledOf(state), state, command, new Date(now()).toISOString());
  return isRefusal(judged) ? judged : undefined;
};
