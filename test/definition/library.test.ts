import { describe, expect, it } from 'vitest';
import { purePlayer } from '../../machines/analysis/player.ts';
import { playScenario, prepareScenario } from '../../machines/analysis/run-scenario.ts';
import { definitionHash } from '../../machines/definition/hash.ts';
import { calendarIds, staffRoles } from '../../machines/definition/known-names.ts';
import { lint } from '../../machines/definition/lint.ts';
import { runtimePart, runtimePartBytes } from '../../machines/definition/runtime-part.ts';
import type { DefinitionDocument } from '../../machines/definition/schema.ts';
import type { Scenario } from '../../machines/definition/schema-scenario.ts';
import { approvalCancelled } from '../../machines/kernel/ask-approval.ts';
import { type JsonSchema, validate } from '../../machines/kernel/json-schema.ts';
import { ledgerSums } from '../../machines/kernel/ledger.ts';
import { demoProfile, shippedCalendars, shippedDefinitions } from '../../machines/library/index.ts';

/** What an example does to its case and asks of the world; that it holds is `test/scenarios`' to say. */
const played = async (document: DefinitionDocument, scenario: Scenario) => {
  const prepared = prepareScenario({ document, scenario, calendars: shippedCalendars });
  const player = purePlayer(prepared.compiled, prepared.answer);
  const { findings } = await playScenario(prepared, player);
  return { findings, effects: player.effects, state: await player.state() };
};

const documents = shippedDefinitions();
const named = documents.map((document) => [`${document.id}@${document.version}`, document] as const);
const definitions = Object.fromEntries(
  documents.map(({ id, events, signing = {}, deadlines = {} }) => {
    const seatClock = Object.values(signing).flatMap(({ seatClock = '' }) => deadlines[seatClock] ?? [])[0];
    return [
      id,
      {
        events: Object.fromEntries(Object.entries(events).map(([name, { by }]) => [name, by])),
        ...(seatClock === undefined ? {} : { seatClock }),
      },
    ];
  }),
);

/** A released version is immutable: a change here is a new version, not a new hash. */
const released: { [version: string]: string } = {
  'team@1.3.0': 'd3f833cd4b2b60f0bf4abec6045468c68832225cf263da5264b04cbc97b796aa',
  'team@1.2.0': 'daaf95fb5a03c631a6919ec45f4ae19840e478bc13a47c5c4627a69e2716c987',
  'team@1.1.0': 'b0f3d94c428a5d2e91d0a7f3ae5ca6154722617aec76b89a751581f034c09091',
  'team@1.0.0': '5fb98c226da6b4f54d926b299377511959d2661056af9caa418abdc0399f7ad9',
  'approval@1.3.0': 'fa26027e9ac1c603da8f52b3782ef0787efad0add928a13b3916a77a31f8366b',
  'approval@1.2.0': '1c3cb979953add6ea99dfa77e3d3d429dad224282bfdd8c43cfef350ec053f2b',
  'approval@1.1.0': '42d3ebfffe8da7ab1a564ec709a8e4b47019448fbe3f6b5a286ce3b323be4d72',
  'approval@1.0.0': '32a464cafd8df3daa4b81ae31acea802a12bbe8c6b01469315ec293e03a79682',
  'claim@1.3.0': '3cf1ff13c03f241902aab7fb7c5fe4df9c99edda4a6f89b94e5f911628bc4916',
  'claim@1.2.0': '1cc3b2f12b9798a5e1a07e25af65d3efb73d4a9bf5b3fc8a5d5b63d5582b90eb',
  'claim@1.1.0': '771bcf6c72bb30b657c5e7fc65acafd2cdd319c0d5c379bc7206e6cee994becb',
  'claim@1.0.0': 'd1104cb000a78be4e1496935eccd43c76472c14a9d03ec537596d798ea1af51a',
  'exposure@1.4.0': 'e175e649746ed5d68b3875bdba526ca4e21ca833064ddbc6d4b58beb2b037bf4',
  'exposure@1.3.0': '3c14740da9c835cec9581959ca1f011df05dbc3e14f205c7c4e87ef7ab179f20',
  'exposure@1.2.0': 'd5f1a8fef4919c143be5733c2321d49fc253e226da8ce3b1fa6da78359612204',
  'exposure@1.1.0': '8282546f0bc285d7bc5a92998c9c9ed64a1e229d35420f1b845ba5b0513c9f53',
  'exposure@1.0.0': '53091936aae22f52c9bfaa137b38e8f488d223d6b48fc2b16c79fd8156e3ce20',
  'complaint@1.2.0': 'b00f04ba0100995d3807f1b9141e34f10938c70c15081b86c7fb7cb83c6ce725',
  'complaint@1.1.0': '53eba2079cfd6f0b0c35295eda09a8223f82ebd02fc5c0940cd3c24ee83819a4',
  'complaint@1.0.0': 'f076608b6b9aeb4f8b614e50c998fbb65e9f4b0603f523407fc586a1e2f2c69d',
};

describe.each(named)('%s', (name, document) => {
  it('passes lint without an error, what it tells other cases included', () => {
    expect(lint(document, { definitions }).filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('is the version that was released', () => {
    expect(definitionHash(document)).toBe(released[name]);
  });

  it('travels in less than half of what a case may carry', () => {
    expect(runtimePartBytes(runtimePart(document))).toBeLessThan(51_200);
  });

  it('has a title in both languages for every state, event, task, deadline and document', () => {
    const untitled: string[] = [];
    const need = (where: string, item: { title?: unknown }) => {
      if (item.title === undefined) {
        untitled.push(where);
      }
    };
    const visit = (where: string, node: typeof document.machine): void => {
      for (const [key, child] of Object.entries(node.states ?? {})) {
        need(`${where}/${key}`, child);
        visit(`${where}/${key}`, child);
      }
    };
    visit('', document.machine);
    for (const section of ['events', 'tasks', 'deadlines', 'documents', 'profiles'] as const) {
      for (const [key, item] of Object.entries(document[section] ?? {})) {
        need(`${section}/${key}`, item);
      }
    }
    expect(untitled).toEqual([]);
  });

  it('says for every rule from outside how well it was checked', () => {
    const outside = Object.values(document.deadlines ?? {}).filter(
      ({ source }) => source.kind !== 'company promise',
    );
    // An approval and a team are under the law of the case that asked for it.
    expect(outside.length > 0).toBe(!['approval', 'team'].includes(document.kind));
    expect(outside.filter(({ source }) => source.checked === undefined)).toEqual([]);
  });

  const scenarios = document.scenarios ?? [];
  it('has at least three examples', () => {
    expect(scenarios.length).toBeGreaterThanOrEqual(3);
  });
});

describe('a claim and its exposures', () => {
  const byId = (id: string, version: string) => {
    const document = documents.find((one) => one.id === id && one.version === version);
    if (!document) {
      throw new Error(`No definition ${id}@${version}`);
    }
    return document;
  };

  it.each([
    ['1.0.0', '1.0.0', 'A small vehicle loss is paid'],
    ['1.0.0', '1.0.0', 'A refusal with four eyes'],
    ['1.1.0', '1.1.0', 'A small vehicle loss is paid'],
    ['1.1.0', '1.1.0', 'A large loss, disputed, heard by a team and approved by several'],
    ['1.2.0', '1.1.0', 'A large loss, disputed, heard by a team and approved by several'],
    ['1.3.0', '1.2.0', 'A large loss, disputed, heard by a team and approved by several'],
    ['1.4.0', '1.3.0', 'A large loss, disputed, heard by a team and approved by several'],
  ])(
    'what an exposure %s tells sums in the claim %s to the exposure’s own ledger: %s',
    async (version, claimVersion, name) => {
      const exposure = byId('exposure', version);
      const example = exposure.scenarios?.find((one) => one.name.en === name);
      const claim = byId('claim', claimVersion);
      const [claimExample] = claim.scenarios ?? [];
      if (!example || !claimExample) {
        throw new Error('The examples are there.');
      }
      const ran = await played(exposure, example);
      const told = ran.effects.flatMap((effect) =>
        effect.type === 'tellCase' && effect.event !== approvalCancelled ? [effect] : [],
      );
      expect(told.map(({ caseId }) => caseId)).toEqual(told.map(() => 'claim-1'));
      const messages = told.map(({ event, data }) => ({
        at: '2026-03-03T09:00+08:00',
        send: { message: event, from: 'exposure-1', data },
      }));
      // The claim's example up to where its exposures start, then what this exposure told.
      const routed = claimExample.steps.findIndex(
        ({ send }) => send && 'type' in send && send.type === 'route',
      );
      const steps = [...claimExample.steps.slice(0, routed + 1), ...messages];
      const summed = await played(claim, { ...claimExample, steps });
      expect(summed.findings).toEqual([]);
      expect(ledgerSums(summed.state.ledger)).toEqual(ledgerSums(ran.state.ledger));
      // Nothing stays reserved at the end; an exposure opened again is reserved for again.
      const reserved = ran.state.status === 'closed' ? 0 : 600_000;
      expect(ledgerSums(ran.state.ledger).reserve.amount).toBe(reserved);
      expect(summed.state.ledger.every(({ caseId }) => caseId === 'exposure-1')).toBe(true);
    },
  );

  it.each([
    ['1.0.0', '1.0.0'],
    ['1.1.0', '1.1.0'],
    ['1.1.0', '1.2.0'],
    ['1.2.0', '1.3.0'],
    ['1.3.0', '1.4.0'],
  ])(
    'starts one exposure per item, each with data that an exposure can be opened with: %s, %s',
    async (version, exposureVersion) => {
      const claim = byId('claim', version);
      const [example] = claim.scenarios ?? [];
      const { effects } = await played(claim, example as Scenario);
      const started = effects.flatMap((effect) => (effect.type === 'startCase' ? [effect] : []));
      expect(started.map(({ definition, rel }) => `${definition} ${rel}`)).toEqual([
        'exposure part-of',
        'exposure part-of',
      ]);
      const exposure = byId('exposure', exposureVersion);
      for (const { data } of started) {
        const root = { $defs: (exposure.$defs ?? {}) as { [name: string]: JsonSchema } };
        expect(validate(exposure.data as JsonSchema, data, root, { personal: 'sealed' })).toEqual([]);
      }
    },
  );
});

describe('whoever gave the opinion in the lead’s stead', () => {
  const newest = (id: string) => documents.findLast((one) => one.id === id) as DefinitionDocument;
  const effectsOf = async (id: string, name: string, change = (steps: Scenario['steps']) => steps) => {
    const document = newest(id);
    const example = document.scenarios?.find((one) => one.name.en === name) as Scenario;
    return (await played(document, { ...example, steps: change(example.steps) })).effects;
  };

  it.each([
    ['the claim tells its exposures', 'adjuster-lead'],
    ['the claim tells of nobody where the lead gave it', undefined],
  ])('%s', async (_, giver) => {
    const { events, $defs = {} } = newest('exposure');
    const form = events['dispute.opinion']?.data as JsonSchema;
    const name = 'A manager convenes a team, whose opinion goes to the exposures';
    const effects = await effectsOf('claim', name, (steps) =>
      steps.map((step) => {
        const { send } = step;
        const isOpinion = send && 'message' in send && send.message === 'team.opinion';
        const { giver: __, ...data } = (isOpinion ? send.data : undefined) ?? {};
        return isOpinion ? { ...step, send: { ...send, data: { ...data, ...(giver && { giver }) } } } : step;
      }),
    );
    const told = effects.flatMap((effect) =>
      effect.type === 'tellCase' && effect.event === 'dispute.opinion' ? [effect.data] : [],
    );
    expect(told.map((data) => data.giver)).toEqual(told.map(() => giver));
    expect(told.length).toBeGreaterThan(0);
    for (const data of told) {
      expect(validate(form, data, { $defs: $defs as never }, { personal: 'sealed' })).toEqual([]);
    }
  });

  it('has no part in approving the settlement, nor has the lead', async () => {
    const name = 'A large loss, disputed, heard by a team and approved by several';
    const asked = (await effectsOf('exposure', name)).flatMap((effect) =>
      effect.type === 'startCase' && effect.rel === 'approval' ? [effect.data.barred] : [],
    );
    expect(asked).toMatchObject(asked.map(() => expect.arrayContaining(['lead-2', 'adjuster-lead'])));
    expect(asked.length).toBeGreaterThan(1);
  });
});

describe('names that lint knows', () => {
  it('include every shipped calendar and no other', () => {
    expect(Object.keys(shippedCalendars).sort()).toEqual([...calendarIds].sort());
    expect(shippedCalendars[demoProfile.calendar]).toBeDefined();
  });

  it('include every role that a definition gives something to do', () => {
    const used = new Set(
      documents.flatMap(({ tasks }) => Object.values(tasks ?? {}).map(({ role }) => role)),
    );
    expect([...used].filter((role) => !staffRoles.some((known) => known === role))).toEqual([]);
  });
});
