import { allowedEvents, couldTake, isBarredFromTask } from './allowed.ts';
import type { EventCommand, Facts, MessageCommand, TaskCommand } from './command.ts';
import { triggerDeadlines } from './deadlines.ts';
import type { EventDefinition } from './definition.ts';
import { isTheirAct } from './event-person.ts';
import { evaluate } from './expression.ts';
import type { Json, JsonObject, Money } from './json.ts';
import { validate } from './json-schema.ts';
import { asMoney } from './ledger.ts';
import { expressionScope } from './machine-context.ts';
import { own } from './own.ts';
import { apartRule, judgeEvent } from './policy/judge-act.ts';
import { coversAmount, holdsRole, isAmong, type Right, rightsOf } from './policy/rights.ts';
import { hasOwnRole } from './policy.ts';
import type { Refusal, RefusalCode } from './refusal.ts';
import { stateMarks } from './restriction.ts';
import { type Cause, performer, type Run } from './run.ts';
import { sendToMachine, surroundings } from './send-to-machine.ts';
import { rememberActed } from './tasks.ts';
import { nameRight } from './use-right.ts';

/** An event to be judged and sent: a person's, a task's outcome, or a linked case's message. */
export interface Sent {
  command: EventCommand | TaskCommand | MessageCommand;
  event: string;
  data: JsonObject | undefined;
  cause: Cause;
  /** By which rights it may be sent, where that has been judged already; default: all that the sender has. */
  rights?: Right[];
}

export const refuse = (
  run: Run,
  facts: Facts,
  code: RefusalCode,
  detail: string,
  errors?: Refusal['errors'],
): Refusal => ({
  refused: true,
  code,
  detail,
  allowed: allowedEvents(run.compiled, run.state, facts, run.clock),
  ...(errors === undefined ? {} : { errors }),
});

/** The active states that may be named to whoever acts. */
const knownStates = ({ compiled, policy, state }: Run, facts: Facts): string[] => {
  const marks = stateMarks(compiled.definition);
  return state.machine.states.filter((id) => {
    const mark = marks.get(id);
    return mark === undefined || hasOwnRole(policy, facts, mark);
  });
};

/**
 * Judges an event and sends it to the machine, by the first of the sender's rights that allows all of it; `cause` then
 * names whose it was. The run must be dropped when it is refused.
 */
export const applyEvent = (run: Run, { command, event, data, cause, rights }: Sent): Refusal | undefined => {
  const { facts } = command;
  const definition = own(run.compiled.definition.events, event);
  const no = (code: RefusalCode, detail: string, errors?: Refusal['errors']) =>
    refuse(run, facts, code, detail, errors);
  if (!definition) {
    return no('EVENT_UNKNOWN', `${run.compiled.ref.id} knows no event "${event}".`);
  }
  const bar = judgeEvent(run.policy, run.state, event);
  const named = (rights ?? rightsOf(run.policy, facts)).filter(
    (right) => holdsRole(right, definition.by) && bar(right) !== 'role',
  );
  if (named.length === 0) {
    return no('ROLE_REQUIRED', `"${event}" needs one of the roles ${definition.by.join(', ')}.`);
  }
  if (!couldTake(run.compiled, run.state, facts, run.clock, event)) {
    return no('EVENT_NOT_ALLOWED', `"${event}" is not possible in ${knownStates(run, facts).join(', ')}.`);
  }
  const theirs = named.filter(isTheirAct(run, facts, event));
  if (theirs.length === 0) {
    return no('PERSON_REQUIRED', `"${event}" is for the person whom the case names for it.`);
  }
  const sentBy = (other: string): string[] => run.state.acted[other] ?? [];
  const others = (right: Right) => (definition.notBy ?? []).find((other) => isAmong(right, sentBy(other)));
  const apart = theirs.filter((right) => others(right) === undefined && bar(right) !== 'apart');
  if (apart.length === 0) {
    const other = others(theirs[0] as Right);
    return no(
      'FOUR_EYES',
      other === undefined ? `"${event}" ${apartRule}` : `Whoever sent "${other}" may not send "${event}".`,
    );
  }
  const free = apart.filter(
    (right) =>
      command.type !== 'event' || !isBarredFromTask(run.compiled.definition, run.state, right, event),
  );
  if (free.length === 0) {
    return no('FOUR_EYES', `Whoever did the earlier step may not do the task that "${event}" completes.`);
  }
  if (definition.reason === 'required' && command.reason === undefined && command.type !== 'message') {
    return no('REASON_REQUIRED', `"${event}" needs a reason.`);
  }
  const errors = dataErrors(run, definition, data);
  if (errors.length > 0) {
    return no('DATA_INVALID', `The data of "${event}" do not match its form.`, errors);
  }
  let right = free[0];
  if (definition.authority !== undefined) {
    const amount = authorityAmount(run, definition, cause, { type: event, data: data ?? {} });
    right = amount === undefined ? right : free.find((each) => coversAmount(each, amount));
    if (amount !== undefined && right === undefined) {
      return no(
        'AUTHORITY_EXCEEDED',
        `"${event}" needs authority over ${amount.amount} ${amount.currency} (minor units).`,
      );
    }
  }
  if (right !== undefined) {
    nameRight(cause, right);
  }
  triggerDeadlines(run, { event }, cause);
  const taken = sendToMachine(run, { type: event, data: data ?? {} }, cause);
  if (!taken) {
    return no(
      'EVENT_NOT_ALLOWED',
      `No rule of ${run.state.machine.states.join(', ')} lets "${event}" through with these data.`,
    );
  }
  rememberActed(run, event, performer(facts).id, cause.rightOf);
  return undefined;
};

const dataErrors = (run: Run, definition: EventDefinition, data: JsonObject | undefined) => {
  if (definition.data === undefined) {
    return data === undefined || Object.keys(data).length === 0
      ? []
      : [{ pointer: '', message: 'This event carries no data.' }];
  }
  const root = { $defs: run.compiled.definition.$defs ?? {} };
  return validate(definition.data, (data ?? {}) as Json, root, { personal: 'sealed' });
};

/** Undefined where the definition says `false`: nothing to judge. A missing value is no such word, and fails. */
const authorityAmount = (
  run: Run,
  definition: EventDefinition,
  cause: Cause,
  event: { type: string; data: Json },
): Money | undefined => {
  const context = {
    data: run.state.data,
    ledger: run.state.ledger,
    documents: run.state.documents,
    around: surroundings(run, cause),
  };
  const expression = definition.authority as NonNullable<EventDefinition['authority']>;
  const amount = evaluate(expression, expressionScope(context, event), run.compiled.languages);
  return amount === false ? undefined : asMoney(amount);
};
