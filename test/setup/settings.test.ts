import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectFolder } from '../../cli/project-folder.ts';
import { loadSettings } from '../../cli/settings.ts';
import { connectionOptions } from '../../cli/temporal/connection.ts';
import { parseTemporalFile, SettingsError } from '../../cli/temporal-file.ts';

const text = readFileSync(join(projectFolder, 'temporal.yaml'), 'utf8');
const lineOf = (part: string, of = text): number => of.slice(0, of.indexOf(part)).split('\n').length;

function problemsOf(changed: string): string[] {
  try {
    parseTemporalFile(changed, 'temporal.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError);
    return (error as Error).message.split('\n');
  }
  throw new Error('the file was accepted');
}

describe('temporal.yaml', () => {
  // Guarantee: an acknowledged step survives a power cut unless somebody chose otherwise.
  test('the shipped file is valid and asks for full synchronisation', () => {
    const file = parseTemporalFile(text, 'temporal.yaml');
    expect(file.embedded.pragmas).toEqual({ journal_mode: 'WAL', synchronous: 'FULL' });
    expect(Object.keys(file.searchAttributes)).toHaveLength(6);
  });

  test('an unknown key is refused with its line', () => {
    const changed = text.replace('taskQueues:', 'adress: example.com:7233\ntaskQueues:');
    expect(problemsOf(changed)).toEqual([`temporal.yaml:${lineOf('adress', changed)}: unknown key "adress"`]);
  });

  test('every problem is named, in the order of the lines', () => {
    const changed = text
      .replace('port: 7233', 'prot: 7233')
      .replace('workflowThreadPoolSize: 1', 'workflowThreadPoolSize: one');
    expect(problemsOf(changed)).toEqual([
      `temporal.yaml:${lineOf('prot:', changed)}: missing key "embedded.port"`,
      `temporal.yaml:${lineOf('prot:', changed)}: unknown key "embedded.prot"`,
      expect.stringMatching(
        new RegExp(
          `^temporal.yaml:${lineOf('workflowThreadPoolSize', changed)}: worker.workflowThreadPoolSize: .*number`,
        ),
      ),
    ]);
  });

  test.each([
    ['a port out of range', ['port: 7233', 'port: 99999'], 'embedded.port'],
    [
      'a secret in place of a variable name',
      ['namespace: default', 'namespace: default\napiKeyEnv: s3cret!'],
      'apiKeyEnv',
    ],
    [
      'a certificate without its key',
      ['namespace: default', 'namespace: default\ntls:\n  certFileEnv: CERT'],
      'tls',
    ],
    [
      'an address with a scheme',
      ['namespace: default', 'namespace: default\naddress: https://t.example.com'],
      'address',
    ],
    [
      'a search attribute of ours with another type',
      ['DueAt: Datetime', 'DueAt: Keyword'],
      'searchAttributes.CaseloomDueAt',
    ],
    [
      'a pragma that is more than a pragma',
      ['synchronous: FULL', 'synchronous: "FULL; DROP TABLE x"'],
      'embedded.pragmas',
    ],
  ])('refuses %s', (_what, [from, to], where) => {
    const changed = text.replace(from ?? '', to ?? '');
    expect(changed).not.toBe(text);
    expect(problemsOf(changed)[0]).toMatch(
      new RegExp(`^temporal\\.yaml:\\d+: ${where.replaceAll('.', '\\.')}`),
    );
  });

  test('broken YAML and a repeated key are refused with their line', () => {
    expect(problemsOf('namespace: [')[0]).toMatch(/^temporal\.yaml:1: /);
    expect(problemsOf(`${text}namespace: other\n`)[0]).toMatch(
      new RegExp(`^temporal\\.yaml:${text.split('\n').length}: .*unique`),
    );
    expect(problemsOf('')).not.toEqual([]);
  });
});

describe('settings', () => {
  test('the environment wins over the file', () => {
    const settings = loadSettings({
      PORT: '4100',
      HOST: '0.0.0.0',
      TEMPORAL_PORT: '4200',
      TEMPORAL_UI_PORT: '4300',
    });
    expect(settings.http).toEqual({ host: '0.0.0.0', port: 4100 });
    expect(settings.temporal).toMatchObject({ embedded: true, address: '127.0.0.1:4200' });
    expect(settings.server.uiPort).toBe(4300);
  });

  // Guarantee: with an address given, no server is started.
  test('an address makes the server external', () => {
    const settings = loadSettings({ TEMPORAL_ADDRESS: 'temporal.example.com:7233' });
    expect(settings.temporal).toMatchObject({ embedded: false, address: 'temporal.example.com:7233' });
  });

  test('a wrong port in the environment is named', () => {
    expect(() => loadSettings({ PORT: 'eighty' })).toThrow('PORT: "eighty" is no port number');
  });

  test('a settings file that is not there is named', () => {
    expect(() => loadSettings({ CASELOOM_TEMPORAL_YAML: '/nowhere/temporal.yaml' })).toThrow(
      /nowhere.*cannot be read/,
    );
  });
});

describe('connection options', () => {
  test('secrets come from the environment, and a missing one is named', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'caseloom-settings-'));
    const yaml = join(folder, 'temporal.yaml');
    const certificate = join(folder, 'client.pem');
    writeFileSync(certificate, 'PEM');
    const cloud = 'namespace: default\ntls:\n  certFileEnv: CERT\n  keyFileEnv: KEY\napiKeyEnv: API_KEY';
    writeFileSync(yaml, text.replace('namespace: default', cloud));
    const { temporal } = loadSettings({
      CASELOOM_TEMPORAL_YAML: yaml,
      TEMPORAL_ADDRESS: 'cloud.example.com:7233',
    });

    expect(connectionOptions(temporal, { CERT: certificate, KEY: certificate, API_KEY: 'abc' })).toEqual({
      address: 'cloud.example.com:7233',
      tls: { clientCertPair: { crt: Buffer.from('PEM'), key: Buffer.from('PEM') } },
      apiKey: 'abc',
    });
    expect(() => connectionOptions(temporal, { CERT: certificate, KEY: certificate })).toThrow(
      'apiKeyEnv names the environment variable API_KEY, which is not set',
    );
    expect(() =>
      connectionOptions(temporal, { CERT: '/nowhere.pem', KEY: certificate, API_KEY: 'abc' }),
    ).toThrow(/^CERT: the file it names cannot be read/);
  });
});
