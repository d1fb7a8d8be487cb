import { pointerStep } from '../kernel/canonical-json.ts';
import { defaultLadder } from '../kernel/deadlines.ts';
import type { DeadlineDefinition, Trigger } from '../kernel/definition.ts';
import { parseDuration } from '../kernel/duration.ts';
import { type Finding, failing, warning } from './finding.ts';
import { kernelEvents } from './known-names.ts';
import type { LintContext } from './lint-context.ts';
import { deadlinePlaces } from './lint-names.ts';
import { needIn } from './lint-references.ts';

/** What deadlines name exists, and their lengths are lengths. */
export const deadlineFindings = (context: LintContext): Finding[] => {
  const { document, calendars } = context;
  const findings: Finding[] = [];
  const need = needIn(findings);
  need([{ name: document.calendar, pointer: '/calendar' }], calendars, 'CALENDAR_UNKNOWN', 'calendar');
  for (const { pointer, deadline } of deadlinePlaces(document)) {
    need(
      deadline.calendar === undefined ? [] : [{ name: deadline.calendar, pointer: `${pointer}/calendar` }],
      calendars,
      'CALENDAR_UNKNOWN',
      'calendar',
    );
    findings.push(...triggerFindings(context, deadline, pointer), ...lengthFindings(deadline, pointer));
    const raised = deadline.onBreach?.raise;
    need(
      raised === undefined ? [] : [{ name: raised, pointer: `${pointer}/onBreach/raise` }],
      Object.keys(document.events),
      'EVENT_UNKNOWN',
      'event',
    );
    const extenders = (deadline.extensions ?? []).flatMap(({ notBy }, place) =>
      (notBy ?? []).map((name, at) => ({ name, pointer: `${pointer}/extensions/${place}/notBy/${at}` })),
    );
    need(extenders, Object.keys(document.events), 'EVENT_UNKNOWN', 'event');
  }
  for (const [profile, { calendar }] of Object.entries(document.profiles ?? {})) {
    need(
      calendar === undefined
        ? []
        : [{ name: calendar, pointer: `/profiles${pointerStep(profile)}/calendar` }],
      calendars,
      'CALENDAR_UNKNOWN',
      'calendar',
    );
  }
  return findings;
};

const triggerParts = ['starts', 'stops', 'reopens'] as const;

const triggersOf = (deadline: Partial<DeadlineDefinition>): { trigger: Trigger; pointer: string }[] => [
  ...triggerParts.flatMap((part) =>
    (deadline[part] ?? []).map((trigger, place) => ({ trigger, pointer: `/${part}/${place}` })),
  ),
  ...(deadline.pausedBy ?? []).flatMap((pause, place) =>
    (['from', 'to'] as const).flatMap((part) =>
      pause[part].map((trigger, at) => ({ trigger, pointer: `/pausedBy/${place}/${part}/${at}` })),
    ),
  ),
];

const triggerFindings = (
  { document, index }: LintContext,
  deadline: Partial<DeadlineDefinition>,
  pointer: string,
): Finding[] => {
  const findings: Finding[] = [];
  const need = needIn(findings);
  const placed = (given: string | string[], at: string) =>
    Array.isArray(given)
      ? given.map((name, place) => ({ name, pointer: `${at}/${place}` }))
      : [{ name: given, pointer: at }];
  for (const { trigger, pointer: part } of triggersOf(deadline)) {
    const at = pointer + part;
    for (const word of ['enter', 'exit'] as const) {
      const states = (trigger as { [word: string]: string | string[] | undefined })[word];
      if (states !== undefined) {
        need(placed(states, `${at}/${word}`), index.byId.keys(), 'STATE_UNKNOWN', 'state');
      }
    }
    if ('event' in trigger) {
      const known = [...Object.keys(document.events), ...kernelEvents];
      need(placed(trigger.event, `${at}/event`), known, 'EVENT_UNKNOWN', 'event');
    }
    if (trigger.proof !== undefined) {
      need(
        [{ name: trigger.proof, pointer: `${at}/proof` }],
        Object.keys(document.documents ?? {}),
        'DOCUMENT_UNKNOWN',
        'document',
      );
    }
  }
  return findings;
};

const lengthFindings = (deadline: Partial<DeadlineDefinition>, pointer: string): Finding[] => {
  const lengths = [
    { length: deadline.limit, at: '/limit' },
    ...(deadline.extensions ?? []).map(({ limit }, place) => ({
      length: limit,
      at: `/extensions/${place}/limit`,
    })),
  ];
  const warnings = deadline.warnAt ?? [];
  return [
    ...unsentFindings(deadline, pointer),
    ...lengths.flatMap(({ length, at }) =>
      length === undefined || parseDuration(length) !== undefined
        ? []
        : [
            failing(
              pointer + at,
              'LENGTH_INVALID',
              `"${length}" is no ISO 8601 length.`,
              'Write P15D, P2M or PT24H.',
            ),
          ],
    ),
    ...(warnings.some((fraction, place) => place > 0 && fraction <= (warnings[place - 1] ?? 0))
      ? [
          failing(
            `${pointer}/warnAt`,
            'WARNINGS_UNSORTED',
            'Warnings do not ascend.',
            'Sort them, each once.',
          ),
        ]
      : []),
  ];
};

/** Fractions below this are shown and not sent, unless a company's own ladder says otherwise. */
const sentFrom = Math.min(...defaultLadder.map(({ at }) => at));

/** Whoever a warning tells so early is told nothing. */
const unsentFindings = ({ onWarn = [] }: Partial<DeadlineDefinition>, pointer: string): Finding[] =>
  onWarn.flatMap(({ at }, place) =>
    at >= sentFrom
      ? []
      : [
          warning(
            `${pointer}/onWarn/${place}`,
            'WARNING_UNSENT',
            `A warning at ${at} is shown and never sent: the ladder sends from ${sentFrom} on.`,
            'Warn later, or give the shorter time a deadline of its own, whose breach tells them.',
          ),
        ],
  );
