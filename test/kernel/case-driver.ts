import type { Calendar } from '../../machines/kernel/calendar.ts';
import type { Actor, Command, Facts, Opening, Reopening } from '../../machines/kernel/command.ts';
import { type Compiled, type CompileInput, compile } from '../../machines/kernel/compile.ts';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import type { Effect } from '../../machines/kernel/effect.ts';
import type { Entry, EntryLeaf } from '../../machines/kernel/entry.ts';
import { open, reopen } from '../../machines/kernel/open.ts';
import { compiledAfter } from '../../machines/kernel/policy/adopt-policy.ts';
import { isRefusal, type Refusal } from '../../machines/kernel/refusal.ts';
import { sha256Hex } from '../../machines/kernel/sha256.ts';
import type { CaseState } from '../../machines/kernel/state.ts';
import { type Step, step, wake } from '../../machines/kernel/step.ts';
import alwaysCalendar from '../../machines/library/calendars/always.json' with { type: 'json' };

export const always = alwaysCalendar as Calendar;

/** Midnight UTC of Monday, 5 January 2026, and so many minutes later. */
export const minute = (minutes: number): string =>
  new Date(Date.UTC(2026, 0, 5) + minutes * 60_000).toISOString();
export const hour = (hours: number): string => minute(hours * 60);
export const day = (days: number): string => minute(days * 1440);

/** A person whose role is the id without a trailing number, as in scenarios: `handler2` is a handler. */
export const person = (id: string, extra: Partial<Actor> = {}): Actor => ({
  id,
  roles: [id.replace(/\d+$/, '')],
  ...extra,
});
export const as = (id: string, extra: Partial<Actor> = {}): Facts => ({ actor: person(id, extra) });

export const feel = (expression: string) => ({ '@expr': expression, '@lang': 'feel' });
export const sealed = (ref: string) => ({ ref, commitment: sha256Hex(ref) });

/** The definition with everything that the test leaves out. */
export const definitionOf = (part: Partial<RuntimeDefinition>): RuntimeDefinition => ({
  id: 'example',
  version: '1.0.0',
  kind: 'complaint',
  calendar: 'always',
  data: { type: 'object' },
  events: {},
  machine: { initial: 'only', states: { only: {} } },
  open: { by: ['handler', 'system'] },
  ...part,
});

export const compiledOf = (part: Partial<RuntimeDefinition>, input: Partial<CompileInput> = {}): Compiled =>
  compile({
    definition: definitionOf(part),
    ref: { id: part.id ?? 'example', version: '1.0.0', hash: 'a'.repeat(64) },
    calendars: { always },
    ...input,
  });

/** A command without the parts that the driver fills in: its id, and the acting person by the person's id. */
type Loose<C> = C extends Command
  ? Omit<C, 'id' | 'facts'> & { id?: string; by?: string; facts?: Facts }
  : never;
export type LooseCommand = Loose<Command>;

/** What came of a command: entries as `type`, or the refusal's code. */
export type Came = string[] | string;

/** A case under test: holds the latest state and everything the steps have made. */
export interface CaseDriver {
  readonly compiled: Compiled;
  state: CaseState;
  entries: Entry[];
  effects: Effect[];
  /** The latest refusal. */
  refusal: Refusal | undefined;
  send(command: LooseCommand, at: string): Came;
  /** An event by a person. */
  event(event: string, by: string, at: string, data?: Opening['data']): Came;
  wake(at: string): Came;
  reopen(command: Partial<Reopening> & { by?: string }, at: string): Came;
  leaf(seq: number): EntryLeaf;
  states(): string;
  openTasks(): string[];
}

export interface DriverOptions {
  at?: string;
  opening?: Partial<Opening>;
  input?: Partial<CompileInput>;
}

/** Opens a case and drives it. @throws Error when the opening is refused; `openingOf` shows refusals instead. */
export const drive = (part: Partial<RuntimeDefinition>, options: DriverOptions = {}): CaseDriver => {
  let compiled = compiledOf(part, options.input);
  const at = options.at ?? minute(0);
  const opened = openingOf(compiled, at, options.opening);
  if (isRefusal(opened)) {
    throw new Error(`The opening was refused: ${opened.code} ${opened.detail}`);
  }
  let commands = 0;
  const driver: CaseDriver = {
    get compiled() {
      return compiled;
    },
    state: opened.state,
    entries: [...opened.entries],
    effects: [...opened.effects],
    refusal: undefined,
    send: (loose, at) => {
      const { by, ...rest } = loose;
      const facts = rest.facts ?? as(by ?? 'handler');
      const command = { id: `command-${++commands}`, ...rest, facts } as Command;
      const made = step(compiled, driver.state, command, at);
      compiled = isRefusal(made) ? compiled : compiledAfter(compiled, command);
      return take(made);
    },
    event: (event, by, at, data) =>
      driver.send({ type: 'event', event, by, ...(data === undefined ? {} : { data }) }, at),
    wake: (at) => take(wake(compiled, driver.state, at)),
    reopen: ({ by, ...loose }, at) =>
      take(
        reopen(
          compiled,
          driver.state,
          {
            type: 'reopen',
            id: `command-${++commands}`,
            facts: as(by ?? 'handler'),
            reason: sealed('why'),
            ...loose,
          },
          at,
        ),
      ),
    leaf: (seq) => JSON.parse(driver.entries[seq - 1]?.leaf ?? 'null') as EntryLeaf,
    states: () => driver.state.machine.states.join(' '),
    openTasks: () =>
      Object.values(driver.state.tasks)
        .filter(({ status }) => status === 'open')
        .map(({ state }) => state),
  };
  const take = (made: Step | Refusal): Came => {
    if (isRefusal(made)) {
      driver.refusal = made;
      return made.code;
    }
    driver.state = made.state;
    driver.entries.push(...made.entries);
    driver.effects.push(...made.effects);
    return made.entries.map(({ type }) => type);
  };
  return driver;
};

export const openingOf = (
  compiled: Compiled,
  at: string,
  opening: Partial<Opening> = {},
): ReturnType<typeof open> =>
  open(
    compiled,
    {
      commandId: 'opening',
      tenant: 'tenant-1',
      caseId: 'case-1',
      number: 'CP-2026-000001',
      facts: as('handler'),
      data: {},
      receivedAt: at,
      ...opening,
    },
    at,
  );
