import { refuse } from './apply-event.ts';
import type { DeadlineCommand } from './command.ts';
import { extendDeadline, pauseDeadline, resumeDeadline } from './deadlines.ts';
import { own } from './own.ts';
import { grantedRight } from './policy/granted-right.ts';
import type { Refusal } from './refusal.ts';
import { type Cause, performer, type Run } from './run.ts';
import { nameRight, usesRight } from './use-right.ts';

/**
 * Applies a verb on a deadline. A clock of law or regulator is paused only by the events its definition names, never
 * by this verb; and every pause by hand needs a cause from the definition's list and a document that proves it.
 */
export const applyDeadline = (run: Run, command: DeadlineCommand, at: Cause): Refusal | undefined => {
  const { facts, name, verb } = command;
  const no = (code: Parameters<typeof refuse>[2], detail: string) => refuse(run, facts, code, detail);
  const definition = own(run.compiled.deadlines, name);
  const deadline = own(run.state.deadlines, name);
  if (!definition) {
    return no('DEADLINE_UNKNOWN', `${run.compiled.ref.id} has no deadline "${name}".`);
  }
  if (verb !== 'extend' && definition.source.kind !== 'company promise') {
    return no(
      'CLOCK_NOT_PAUSABLE',
      `"${name}" comes from ${definition.source.rule} and is paused by events only.`,
    );
  }
  if (verb === 'pause') {
    const cause = definition.pauseCauses?.find((each) => each.cause === command.cause);
    if (!cause) {
      const known = (definition.pauseCauses ?? []).map((each) => each.cause).join(', ') || 'none';
      return no('CLOCK_NOT_PAUSABLE', `"${name}" can be paused for: ${known}.`);
    }
    const what = `Pausing for ${cause.cause}`;
    const right = grantedRight(run.policy, run.state, facts, { act: 'deadline.pause', what, by: cause.by });
    if ('code' in right) {
      return no(right.code, right.detail);
    }
    if (!run.state.documents.some(({ id }) => id === command.documentId)) {
      return no('DOCUMENT_UNKNOWN', 'A pause needs the id of a document of this case that proves its cause.');
    }
    if (deadline?.status !== 'running' && deadline?.status !== 'paused') {
      return no('DEADLINE_NOT_RUNNING', `"${name}" is not running.`);
    }
    nameRight(at, right);
    pauseDeadline(run, name, at.occurredAt ?? run.clock, cause.cause);
    return undefined;
  }
  if (verb === 'resume') {
    if (!usesRight(run, facts, 'deadline.resume', at)) {
      return no('ROLE_REQUIRED', 'Resuming is for those who handle the case.');
    }
    if (deadline?.status !== 'paused') {
      return no('DEADLINE_NOT_RUNNING', `"${name}" is not paused.`);
    }
    resumeDeadline(run, name, at.occurredAt ?? run.clock, command.cause);
    return undefined;
  }
  const used = deadline?.extensions.length ?? 0;
  const extension = definition.extensions?.[used];
  if (!extension || (command.extension !== undefined && command.extension !== extension.name)) {
    return no('EXTENSION_NOT_ALLOWED', `"${name}" has no further extension of that name.`);
  }
  const right = grantedRight(run.policy, run.state, facts, {
    ...{ act: 'deadline.extend', what: `"${extension.name}"`, by: extension.by },
    notBy: (extension.notBy ?? []).flatMap((event) => run.state.acted[event] ?? []),
  });
  if ('code' in right) {
    return no(right.code, right.detail);
  }
  if (command.reason === undefined) {
    return no('REASON_REQUIRED', 'An extension needs a reason.');
  }
  if (deadline?.status !== 'running' && deadline?.status !== 'paused') {
    return no('DEADLINE_NOT_RUNNING', `"${name}" is not running.`);
  }
  nameRight(at, right);
  extendDeadline(run, name, { name: extension.name, limit: extension.limit }, performer(facts).id);
  if (extension.tellCustomer && run.state.mode !== 'historical') {
    run.effects.push({
      type: 'deliver',
      id: `${run.state.caseId}.${run.state.seq + 1}.extended`,
      template: 'deadline.extended',
      to: { customer: true },
      data: { deadline: name, dueAt: run.state.deadlines[name]?.dueAt ?? null },
    });
  }
  return undefined;
};
