import { evidenceCame } from './ad-hoc-evidence.ts';
import { applyAdHoc, applyPromise } from './apply-ad-hoc.ts';
import { applyAnswer } from './apply-answer.ts';
import { applyDeadline } from './apply-deadline.ts';
import { applyEvent, refuse } from './apply-event.ts';
import { applyOwner } from './apply-owner.ts';
import { applyIncident, applyService } from './apply-service.ts';
import { applyTask } from './apply-task.ts';
import { approvalAnswered, approvalBarred } from './ask-approval.ts';
import type { Command, DocumentCommand, LinkCommand, MessageCommand, RecalculateCommand } from './command.ts';
import { isLive, setDeadline, triggerDeadlines } from './deadlines.ts';
import type { Json, JsonObject } from './json.ts';
import { adoptPolicy } from './policy/adopt-policy.ts';
import { applyBarred, applyRecusal, keepOut } from './policy/apply-recusal.ts';
import { mayUse } from './policy.ts';
import type { Refusal } from './refusal.ts';
import type { Cause, Run } from './run.ts';
import { sendToMachine } from './send-to-machine.ts';
import { raiseIncident } from './services.ts';
import { usesRight } from './use-right.ts';

/** Documents and links that one case may have, each. */
export const attachmentsMax = 1_000;

/** The event a machine may wait for when a document has come in. */
export const documentAddedEvent = 'document.added';

/** Applies a command to the run and names in `cause` the entry to record. The run is dropped when it is refused. */
export const applyCommand = (run: Run, given: Command, cause: Cause): Refusal | undefined => {
  const command = keepOut(run, given);
  if ('refused' in command) {
    return command;
  }
  const brought = (data: { [key: string]: Json | undefined }): Json =>
    Object.fromEntries(
      Object.entries({ ...data, reason: command.reason as Json | undefined }).filter(
        ([, value]) => value !== undefined,
      ),
    ) as JsonObject;
  switch (command.type) {
    case 'event':
      cause.type = command.event;
      cause.event = command.event;
      cause.data = brought({ data: command.data });
      return applyEvent(run, { command, event: command.event, data: command.data, cause });
    case 'task': {
      const { taskId, verb, outcome, data, to, text, toStep, until, position, people, because } = command;
      const { batchId } = command;
      const isSeat = run.state.tasks[taskId]?.seat !== undefined;
      cause.type = verb === 'complete' ? (outcome ?? '') : taskEntryType[verb];
      cause.data = brought({
        ...{ taskId, outcome, data, to: to?.id, text: text as Json | undefined },
        ...{ toStep, until, position, people: people?.map(({ id }) => id), because, batchId },
      });
      if (verb === 'withdraw' && !isSeat) {
        cause.type = 'task.taken-back';
      }
      if (isSeat && verb === 'complete') {
        cause.type = outcome === 'approve' ? 'seat.approved' : 'seat.rejected';
      } else if (verb === 'complete' && outcome !== undefined) {
        cause.event = outcome;
      }
      return applyTask(run, command, cause);
    }
    case 'ad-hoc': {
      const { add } = command;
      cause.data = brought({
        ...(add as unknown as JsonObject),
        ...('to' in add ? { to: 'id' in add.to ? add.to.id : { ...add.to } } : {}),
      });
      return applyAdHoc(run, command, cause);
    }
    case 'promise':
      cause.type = command.verb === 'keep' ? 'promise.kept' : 'promise.cancelled';
      cause.data = brought({ promiseId: command.promiseId });
      return applyPromise(run, command, cause);
    case 'owner': {
      const { verb, to, superior, because } = command;
      cause.type = ownerEntryType[verb];
      cause.data = brought({ to: to?.id, superior, because });
      return applyOwner(run, command, cause);
    }
    case 'deadline': {
      const { name, verb, documentId, extension } = command;
      cause.type = deadlineEntryType[verb];
      cause.data = brought({ deadline: name, cause: command.cause, documentId, extension });
      return applyDeadline(run, command, cause);
    }
    case 'incident':
      cause.type = command.verb === 'retry' ? 'incident.retried' : 'incident.resolved';
      cause.data = brought({ incident: command.n, output: command.output });
      return applyIncident(run, command, cause);
    case 'document':
      cause.type = documentAddedEvent;
      cause.data = brought({ document: command.document as unknown as Json });
      return applyDocument(run, command, cause);
    case 'service': {
      const { invokeId, visit, result } = command;
      cause.data = brought({
        invokeId,
        visit,
        ...(result.ok ? { output: result.output } : { code: result.code }),
      });
      cause.type = applyService(run, command, cause);
      return undefined;
    }
    case 'message':
      return applyMessage(run, command, cause);
    case 'link':
      cause.type = 'link.added';
      cause.data = brought({ rel: command.rel, caseId: command.caseId });
      return applyLink(run, command, cause);
    case 'recalculate':
      cause.type = 'deadline.recalculated';
      cause.data = brought({ calendars: run.compiled.calendarHashes });
      return applyRecalculation(run, command, cause);
    case 'adopt-policy':
      cause.type = 'case.policy-adopted';
      return adoptPolicy(run, command, cause);
    case 'failure': {
      const { effectId, code, facts } = command;
      cause.type = 'incident.raised';
      cause.data = brought({ effectId, code });
      if (!facts.actor.roles.includes('system')) {
        return refuse(run, facts, 'ROLE_REQUIRED', 'What failed outside is reported by the engine itself.');
      }
      const asked = Object.entries(run.state.services).find(([, running]) => running.effectId === effectId);
      raiseIncident(run, { kind: 'service', code, ...(asked ? { invokeId: asked[0] } : {}) });
      return undefined;
    }
    case 'recusal': {
      const { verb, person, because = 'recused' } = command;
      cause.type = verb === 'recuse' ? 'person.recused' : 'person.readmitted';
      cause.data = brought({ personId: person.id, ...(verb === 'recuse' ? { because } : {}) });
      return applyRecusal(run, command, cause);
    }
    case 'go-live':
      cause.type = 'case.went-live';
      cause.data = brought({});
      return goLive(run, command);
  }
};

const taskEntryType = {
  claim: 'task.claimed',
  release: 'task.released',
  reassign: 'task.reassigned',
  assign: 'task.assigned',
  comment: 'task.commented',
  cancel: 'task.cancelled',
  resolve: 'task.resolved',
  remind: 'task.reminded',
  copy: 'case.copied',
  delegate: 'task.delegated',
  return: 'seat.returned',
  'add-signer': 'signer.added',
  'remove-signer': 'signer.removed',
  withdraw: 'approval.recalled',
  climb: 'seat.climbed',
} as const;

const ownerEntryType = {
  'hand-over': 'owner.asked',
  accept: 'owner.accepted',
  decline: 'owner.declined',
  name: 'owner.named',
  withdraw: 'owner.withdrawn',
} as const;

const deadlineEntryType = {
  pause: 'deadline.paused',
  resume: 'deadline.resumed',
  extend: 'deadline.extended',
} as const;

const applyDocument = (run: Run, { facts, document }: DocumentCommand, cause: Cause): Refusal | undefined => {
  const keys = Object.keys(run.compiled.definition.documents ?? {});
  if (!usesRight(run, facts, 'case.contribute', cause)) {
    return refuse(run, facts, 'ROLE_REQUIRED', 'Adding documents is for those who work on the case.');
  }
  if (document.key !== 'other' && !keys.includes(document.key)) {
    return refuse(run, facts, 'DOCUMENT_UNKNOWN', `The checklist knows: ${[...keys, 'other'].join(', ')}.`);
  }
  if (run.state.documents.length >= attachmentsMax) {
    return refuse(run, facts, 'CASE_TOO_LARGE', `A case has at most ${attachmentsMax} documents.`);
  }
  const added = { ...document, status: 'received' as const, at: run.clock };
  run.state = { ...run.state, documents: [...run.state.documents, added] };
  evidenceCame(run, document.sha256, facts);
  triggerDeadlines(run, { event: documentAddedEvent }, cause);
  sendToMachine(run, { type: documentAddedEvent, data: { id: document.id, key: document.key } }, cause);
  return undefined;
};

/** A linked case's event. What cannot be taken is dropped with an entry: the sender has done its duty. */
const applyMessage = (run: Run, command: MessageCommand, cause: Cause): Refusal | undefined => {
  const { event, data, from } = command;
  const before = { state: run.state, effects: [...run.effects] };
  if (event === approvalAnswered) {
    applyAnswer(run, command, cause);
    return undefined;
  }
  if (event === approvalBarred) {
    applyBarred(run, command, cause);
    return undefined;
  }
  cause.type = event;
  cause.event = event;
  cause.fromCaseId = from.caseId;
  cause.data = { from: { ...from }, ...(data === undefined ? {} : { data }) };
  const refusal = applyEvent(run, { command, event, data, cause });
  if (refusal) {
    run.state = before.state;
    run.effects = before.effects;
    cause.type = 'message.dropped';
    cause.data = { from: { ...from }, event, code: refusal.code };
  }
  return undefined;
};

const applyLink = (run: Run, { facts, rel, caseId }: LinkCommand, cause: Cause): Refusal | undefined => {
  if (!usesRight(run, facts, 'case.link', cause)) {
    return refuse(run, facts, 'ROLE_REQUIRED', 'Linking cases is for those who handle them.');
  }
  if (run.state.links.length >= attachmentsMax) {
    return refuse(run, facts, 'CASE_TOO_LARGE', `A case has at most ${attachmentsMax} links.`);
  }
  if (!run.state.links.some((link) => link.rel === rel && link.caseId === caseId)) {
    run.state = { ...run.state, links: [...run.state.links, { rel, caseId }] };
  }
  return undefined;
};

/** The run's definition has been compiled with the new calendars already; the dates follow. */
const applyRecalculation = (run: Run, { facts }: RecalculateCommand, cause: Cause): Refusal | undefined => {
  if (!usesRight(run, facts, 'case.recalculate', cause)) {
    return refuse(run, facts, 'ROLE_REQUIRED', 'Calendars are published by compliance.');
  }
  run.state = { ...run.state, calendars: run.compiled.calendarHashes };
  for (const [name, deadline] of Object.entries(run.state.deadlines)) {
    if (isLive(deadline) && deadline.status !== 'breached') {
      setDeadline(run, name, deadline);
    }
  }
  return undefined;
};

/** From here on the clock is the real one; deadlines whose time has passed by it are breached on arrival. */
const goLive = (run: Run, { facts }: Command): Refusal | undefined => {
  if (run.state.mode !== 'historical') {
    return refuse(run, facts, 'NOT_HISTORICAL', 'The case is live already.');
  }
  if (!mayUse(run.policy, facts, 'case.import', run.state)) {
    return refuse(run, facts, 'ROLE_REQUIRED', 'Importing cases needs the right to do so.');
  }
  const { mode: _, ...state } = run.state;
  run.state = state;
  run.clock = run.at;
  return undefined;
};
