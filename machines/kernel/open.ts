import { askForEvidence } from './ad-hoc-evidence.ts';
import { advance, breachOnArrival, skipPassedWarnings } from './advance.ts';
import { settleImportedServices } from './apply-service.ts';
import type { Actor, Opening, Reopening } from './command.ts';
import type { Compiled } from './compile.ts';
import { reopenEvent } from './compile-machine.ts';
import { startDeadline, triggerDeadlines } from './deadlines.ts';
import { genesisHash } from './entry.ts';
import { type Expression, holds } from './expression.ts';
import { judgeGuard } from './guard.ts';
import { instantAt, instantMs, isInstant } from './instant.ts';
import type { Json, JsonObject } from './json.ts';
import { validate } from './json-schema.ts';
import { KernelError } from './kernel-error.ts';
import { expressionScope } from './machine-context.ts';
import { withoutComplainedOf } from './policy/complained-of.ts';
import { isExcluded, withoutExcludedLenders } from './policy/exclusion.ts';
import { grantedRight } from './policy/granted-right.ts';
import { rememberedVerbs } from './policy/optional-acts.ts';
import { policyOf } from './policy/table.ts';
import { mayUse, rightWithRole } from './policy.ts';
import type { Refusal, RefusalCode } from './refusal.ts';
import { type Cause, performer, type Run, record, startRun } from './run.ts';
import { sendToMachine, startMachine, surroundings } from './send-to-machine.ts';
import type { CaseState } from './state.ts';
import { configuration } from './state-tree.ts';
import { answeredSeq, finish, refusalCodeOf, type Step } from './step.ts';
import { rememberActed } from './tasks.ts';
import { nameRight } from './use-right.ts';

/** The behaviour of this kernel. A change of behaviour is a branch on the number that a run carries. */
export const kernelVersion = 1;

/**
 * Opens a case. Deadlines count from `receivedAt`; what is due by now already is recorded at once, as breached on
 * arrival, each once.
 */
export const open = (compiled: Compiled, opening: Opening, now: string): Step | Refusal => {
  const { facts } = opening;
  const no = (code: RefusalCode, detail: string, errors?: Refusal['errors']): Refusal => ({
    refused: true,
    code,
    detail,
    allowed: [],
    ...(errors === undefined ? {} : { errors }),
  });
  const policy = policyOf(compiled, { kernel: kernelVersion });
  const right = rightWithRole(policy, facts, compiled.definition.open.by);
  if (right === undefined) {
    return no('ROLE_REQUIRED', `Opening needs one of the roles ${compiled.definition.open.by.join(', ')}.`);
  }
  const fromCase = facts.actor.roles.includes('case') || facts.actor.roles.includes('system');
  if (opening.mode === 'historical' && !mayUse(policy, { actor: facts.actor }, 'case.import') && !fromCase) {
    return no('ROLE_REQUIRED', 'Importing cases needs the right to do so.');
  }
  if (!isInstant(opening.receivedAt) || instantAt(instantMs(opening.receivedAt)) > now) {
    return no('TIME_INVALID', 'receivedAt must be an RFC 3339 instant and not lie in the future.');
  }
  const root = { $defs: compiled.definition.$defs ?? {} };
  const errors = validate(compiled.definition.data, opening.data as Json, root, { personal: 'sealed' });
  if (errors.length > 0) {
    return no('DATA_INVALID', `The data do not match what ${compiled.ref.id} asks for.`, errors);
  }
  const receivedAt = instantAt(instantMs(opening.receivedAt));
  const run = startRun(compiled, emptyCase(compiled, opening, receivedAt, now), now, now);
  if (opening.mode === 'historical') {
    run.clock = receivedAt;
  }
  const cause: Cause = {
    type: 'case.opened',
    commandId: opening.commandId,
    facts,
    data: {
      data: opening.data,
      ...(opening.reason === undefined ? {} : { reason: { ...opening.reason } }),
      ...(opening.links === undefined ? {} : { links: opening.links.map((link) => ({ ...link })) }),
      ...(opening.evidenceSha256 === undefined ? {} : { evidenceSha256: opening.evidenceSha256 }),
    },
    receivedAt,
  };
  nameRight(cause, right);
  try {
    run.state = {
      ...run.state,
      data: opening.data,
      links: opening.links ?? [],
      owner: opening.owner ?? null,
    };
    keepOutComplainedOf(run, cause);
    triggerDeadlines(run, { opened: true }, cause);
    startMachine(run, cause);
    if (opening.evidenceSha256 !== undefined && run.state.status === 'open') {
      askForEvidence(run, opening.evidenceSha256, facts);
    }
    skipPassedWarnings(run);
    record(run, cause);
  } catch (error) {
    if (error instanceof KernelError) {
      return no(refusalCodeOf(error), error.message);
    }
    throw error;
  }
  breachOnArrival(run);
  advance(run);
  settleImportedServices(run);
  return finish(run, opening.commandId);
};

/** Whom the case complains of has no part in it from here on. The entry names the table: it is a rule, nobody's word. */
const keepOutComplainedOf = (run: Run, cause: Cause): void => {
  const state = withoutComplainedOf(run.state, cause.facts, run.clock);
  if (state !== run.state) {
    run.state = state;
    cause.byPolicy = true;
  }
};

const emptyCase = (compiled: Compiled, opening: Opening, receivedAt: string, now: string): CaseState => ({
  v: 1,
  kernel: kernelVersion,
  tenant: opening.tenant,
  caseId: opening.caseId,
  number: opening.number,
  kind: compiled.definition.kind,
  definition: compiled.ref,
  ...(compiled.policyRef === undefined ? {} : { policy: compiled.policyRef }),
  epoch: 1,
  ...(opening.mode === undefined ? {} : { mode: opening.mode }),
  ...(opening.profile === undefined ? {} : { profile: opening.profile }),
  status: 'open',
  receivedAt,
  openedAt: opening.mode === 'historical' ? receivedAt : now,
  clockAt: now,
  machine: { states: [], history: {}, visits: 0 },
  data: {},
  ledger: [],
  tasks: {},
  deadlines: {},
  documents: [],
  links: [],
  incidents: [],
  timers: {},
  services: {},
  acted: {},
  owner: null,
  calendars: compiled.calendarHashes,
  seq: 0,
  rev: 0,
  headHash: genesisHash,
  answered: [],
});

/**
 * Opens a closed case again, in a new epoch: the only way out of a final configuration.
 *
 * @param now workflow time, RFC 3339
 */
export const reopen = (
  compiled: Compiled,
  state: CaseState,
  command: Reopening,
  now: string,
): Step | Refusal => {
  const { facts, data } = command;
  if (answeredSeq(state, command.id) !== undefined) {
    return { state, entries: [], effects: [] };
  }
  const no = (code: RefusalCode, detail: string, errors?: Refusal['errors']): Refusal => ({
    refused: true,
    code,
    detail,
    allowed: [],
    ...(errors === undefined ? {} : { errors }),
  });
  const rule = compiled.definition.reopen;
  const from = rule && state.machine.states.find((id) => rule.from[id] !== undefined);
  if (state.status !== 'closed' || !rule || from === undefined) {
    return no('REOPEN_NOT_ALLOWED', 'Only a closed case whose definition says so can be opened again.');
  }
  const at = now > state.clockAt ? now : state.clockAt;
  if (isExcluded(withoutComplainedOf(state, facts, at), performer(facts) as Actor)) {
    return no('CONFLICT_OF_INTEREST', 'Who is concerned by the matter has no part in it.');
  }
  const policy = policyOf(compiled, state);
  const right = grantedRight(policy, state, withoutExcludedLenders(state, facts), {
    act: 'case.reopen',
    what: 'Opening again',
    by: rule.by,
  });
  if ('code' in right) {
    return no(right.code, right.detail);
  }
  if (command.reason === undefined) {
    return no('REASON_REQUIRED', 'Say why the case is opened again.');
  }
  const root = { $defs: compiled.definition.$defs ?? {} };
  const errors = rule.data ? validate(rule.data, (data ?? {}) as Json, root, { personal: 'sealed' }) : [];
  if (errors.length > 0) {
    return no('DATA_INVALID', 'The data do not match the form for opening again.', errors);
  }
  const { closedAt: _, ...open } = state;
  const run = startRun(compiled, { ...open, status: 'open', epoch: state.epoch + 1 }, at, at);
  run.marked = state;
  const cause: Cause = {
    type: 'case.reopened',
    commandId: command.id,
    facts,
    data: { reason: { ...command.reason }, ...(data === undefined ? {} : { data }) } as JsonObject,
  };
  nameRight(cause, right);
  try {
    const context = { ...run.state, around: surroundings(run, cause) };
    const scope = expressionScope(context, { type: 'case.reopened', data: data ?? {} });
    const isIn = (id: string) =>
      configuration(compiled.tree, state.machine.states).some((at) => at.id === id);
    const ask = { isIn, holds: (expression: Expression) => holds(expression, scope, compiled.languages) };
    if (rule.guard && judgeGuard(rule.guard, ask) !== true) {
      return no('REOPEN_NOT_ALLOWED', 'The rule for opening again does not let these data through.');
    }
    keepOutComplainedOf(run, cause);
    const restart = rule.from[from]?.restart ?? [];
    run.state = { ...run.state, deadlines: withoutAll(run.state.deadlines, restart) };
    for (const name of restart) {
      startDeadline(run, name, at);
    }
    sendToMachine(run, { type: reopenEvent(from), data: data ?? {} }, cause);
    rememberActed(run, rememberedVerbs['case.reopen'], performer(facts).id, cause.rightOf);
    record(run, cause);
  } catch (error) {
    if (error instanceof KernelError) {
      return no(refusalCodeOf(error), error.message);
    }
    throw error;
  }
  settleImportedServices(run);
  return finish(run, command.id);
};

const withoutAll = (deadlines: CaseState['deadlines'], names: string[]): CaseState['deadlines'] =>
  Object.fromEntries(Object.entries(deadlines).filter(([name]) => !names.includes(name)));
