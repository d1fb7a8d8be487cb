import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { embeddedTenant } from '../../api/embedded-tenant.ts';
import type { Store } from '../../db/open.ts';
import { departmentsIn } from '../../db/own/departments.ts';
import { allPeopleIn } from '../../db/own/list-people.ts';
import { readSetting } from '../../db/own/tenant-settings.ts';
import { shippedCalendars } from '../../machines/library/index.ts';
import { exampleOrganisation } from '../../machines/library/organisation.ts';
import type { PersonRecord } from '../../machines/people/organisation.ts';
import { jurisdictionCalendar } from '../../machines/settings/jurisdiction-calendar.ts';
import type { Settings } from '../settings.ts';
import { exampleCompany } from './answers.ts';
import { type Need, need } from './need.ts';
import { signInNeeds } from './sign-in-gaps.ts';

/** What only the operator can point at; each is looked at, none is believed. */
export interface Evidence {
  /** Where people reach the API, `https://…`. */
  publicUrl?: string;
  /** Folder of the backups. */
  backups?: string;
  /** A copy of the vault's key, kept elsewhere. */
  keyCopy?: string;
}

const hourMs = 3_600_000;
const backupHoursMax = 26;
const answerWithinMs = 5_000;

/** All that production needs, in the order in which it is best put right. */
export const productionNeeds = async (
  store: Store,
  settings: Settings,
  evidence: Evidence,
  nowMs: number,
): Promise<Need[]> => [
  signIn(settings),
  ...(await people(store)),
  ...(await signInNeeds(store, settings, (await peopleIn(store)).own, process.env)),
  await company(store),
  await calendars(store, nowMs),
  await tls(evidence),
  key(settings.home, evidence),
  backups(settings.home, evidence, nowMs),
  temporal(settings),
  durability(settings),
];

const signIn = ({ signIn: { mode, origin } }: Settings): Need =>
  need(
    'sign-in',
    mode !== 'demo' && origin.startsWith('https://'),
    mode === 'demo'
      ? 'people act by tokens that `caseloom token` prints; whoever runs it is anybody'
      : `mode ${mode} at ${origin}`,
    'set signIn in temporal.yaml: mode accounts or oidc, and the https address as origin (docs/sign-in.md)',
  );

/** The active people, the demo people apart. */
const peopleIn = async (store: Store): Promise<{ own: PersonRecord[]; demo: PersonRecord[] }> => {
  const everybody = await store.read((db) =>
    allPeopleIn(db, embeddedTenant).filter(({ status }) => status === 'active'),
  );
  const isDemo = ({ id, name }: PersonRecord): boolean =>
    name === `Demo ${id}` && exampleOrganisation.people.some((person) => person.id === id);
  return { own: everybody.filter((person) => !isDemo(person)), demo: everybody.filter(isDemo) };
};

const people = async (store: Store): Promise<Need[]> => {
  const { own, demo } = await peopleIn(store);
  const departments = await store.read((db) =>
    departmentsIn(db, embeddedTenant).filter(({ status }) => status === 'active'),
  );
  const admins = own.filter(({ memberships }) =>
    memberships.some(({ kind, name }) => kind === 'role' && name === 'admin'),
  );
  const headless = departments.filter(({ head }) => !own.some(({ id }) => id === head));
  return [
    need(
      'people',
      own.length > 0,
      `${own.length} people of your own`,
      'import them: caseloom people import FILE',
    ),
    need(
      'administrators',
      admins.length >= 2,
      `${admins.length} administrators of your own`,
      'give the role admin to two people: nobody changes their own rights',
    ),
    need(
      'demo-people',
      demo.length === 0,
      `${demo.length} demo people can act`,
      'import a CSV with the columns id,status and a line `ID,disabled` for each',
    ),
    need(
      'department-heads',
      headless.length === 0,
      `${headless.length} departments without a head of your own people`,
      'import the departments with their heads, and close those you do not have',
    ),
  ];
};

const company = async (store: Store): Promise<Need> => {
  const found = await readSetting(store, embeddedTenant, 'company');
  const ok = found !== undefined && found.name !== exampleCompany.name && found.letterhead !== '';
  return need(
    'company',
    ok,
    found?.name ?? 'no company name',
    'run caseloom setup: name and address for letters',
  );
};

const calendars = async (store: Store, nowMs: number): Promise<Need> => {
  const jurisdiction = (await readSetting(store, embeddedTenant, 'jurisdiction')) ?? 'cn';
  const until = shippedCalendars[jurisdictionCalendar(jurisdiction)]?.publishedUntil ?? '';
  const today = new Date(nowMs).toISOString().slice(0, 10);
  return need(
    'calendar',
    until > today,
    until === '' ? `no calendar for ${jurisdiction}` : `holidays of ${jurisdiction} are known until ${until}`,
    'publish the calendar of this year; until then dates are provisional',
  );
};

const tls = async ({ publicUrl }: Evidence): Promise<Need> => {
  const fix = 'end TLS in a proxy before the API, and name its address: --public-url https://…';
  if (publicUrl === undefined || !publicUrl.startsWith('https://')) {
    return need('tls', false, 'the API itself speaks plain HTTP', fix);
  }
  try {
    const { ok, status } = await fetch(new URL('/healthz', publicUrl), {
      redirect: 'manual',
      signal: AbortSignal.timeout(answerWithinMs),
    });
    return need('tls', ok, `${publicUrl} answers ${status}`, fix);
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).name;
    return need('tls', false, `${publicUrl} does not answer (${cause})`, fix);
  }
};

const key = (home: string, { keyCopy }: Evidence): Need => {
  const file = join(home, 'vault.key');
  const fix = `keep a copy of ${file} elsewhere, and name it: --key-copy FILE; without the key no personal value can be read`;
  if (!existsSync(file)) {
    return need('key-file', false, `${file} is not there yet`, 'start once; the key is made then');
  }
  if ((statSync(file).mode & 0o077) !== 0) {
    return need('key-file', false, 'others can read the key', `chmod 600 ${file}`);
  }
  if (keyCopy === undefined || !existsSync(keyCopy) || isInside(keyCopy, home)) {
    return need('key-file', false, 'no copy of the key outside the state folder is named', fix);
  }
  const same = readFileSync(keyCopy, 'utf8').trim() === readFileSync(file, 'utf8').trim();
  return need('key-file', same, same ? 'the copy is the key' : 'the copy is another key', fix);
};

const backups = (home: string, evidence: Evidence, nowMs: number): Need => {
  const fix = 'copy the databases every day to another disk, and name the folder: --backups FOLDER';
  const folder = evidence.backups;
  if (folder === undefined || !existsSync(folder) || isInside(folder, home)) {
    return need('backups', false, 'no folder of backups outside the state folder is named', fix);
  }
  const newest = readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile() && isSqlite(file))
    .map((file) => statSync(file).mtimeMs)
    .reduce((a, b) => Math.max(a, b), 0);
  if (newest === 0) {
    return need('backups', false, `${folder} holds no database`, fix);
  }
  const hours = Math.max(0, Math.floor((nowMs - newest) / hourMs));
  return need('backups', hours <= backupHoursMax, `the newest backup is ${hours} hours old`, fix);
};

const magic = 'SQLite format 3';

const isSqlite = (file: string): boolean => {
  const opened = openSync(file, 'r');
  try {
    const head = Buffer.alloc(magic.length);
    readSync(opened, head, 0, magic.length, 0);
    return head.toString('latin1') === magic;
  } finally {
    closeSync(opened);
  }
};

const isInside = (path: string, folder: string): boolean =>
  `${resolve(path)}${sep}`.startsWith(`${resolve(folder)}${sep}`);

const temporal = ({ temporal: { embedded, address, tls: hasTls } }: Settings): Need =>
  embedded
    ? need(
        'temporal',
        false,
        'the embedded development server',
        'run a Temporal cluster or Temporal Cloud, and put its address into temporal.yaml',
      )
    : need(
        'temporal',
        hasTls !== undefined,
        address,
        'set tls in temporal.yaml: the address is used without it',
      );

const durability = ({ store: { synchronous } }: Settings): Need =>
  need(
    'durability',
    synchronous === 'FULL',
    `synchronous = ${synchronous}`,
    'set embedded.pragmas.synchronous to FULL in temporal.yaml: a power cut would lose the last commits',
  );
