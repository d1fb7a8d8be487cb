import { readFileSync } from 'node:fs';

const page = readFileSync(new URL('../../docs/ports.md', import.meta.url), 'utf8');

/** The example mapping of a port, as the page for users prints it. */
export const documentedMapping = (port: string): string => {
  const blocks = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, block = '']) => block);
  const found = blocks.find((block) => block.startsWith(`port: ${port}\n`));
  if (found === undefined) throw new Error(`docs/ports.md has no mapping for ${port}`);
  return found;
};

/** The same, pointing at a local server, with a time limit that a test can wait for. */
export const localMapping = (port: string, baseUrl: string): string =>
  documentedMapping(port)
    .replace(/^timeoutMs: .*\n/m, '')
    .replace(/^baseUrl: .*$/m, `baseUrl: ${baseUrl}\ntimeoutMs: 400`);

/** What the example mappings look up. */
export const secrets = {
  POLICY_SYSTEM_TOKEN: 'policy-secret-1',
  CUSTOMER_REGISTER_KEY: 'customer-secret-2',
  PAYING_SYSTEM_TOKEN: 'paying-secret-3',
};
