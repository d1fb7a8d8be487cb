/**
 * Evaluates expressions in a realm that has only what a workflow sandbox leaves: no timers, no WeakRef, no process.
 * Prints one JSON line: the values, and how often the host's clock or random numbers were asked.
 *
 * Run with `--experimental-vm-modules --experimental-import-meta-resolve`.
 */
import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';

const entry = new URL('../../machines/kernel/expression.ts', import.meta.url).href;
const context = vm.createContext({});
vm.runInContext(
  `
  delete globalThis.WeakRef;
  delete globalThis.FinalizationRegistry;
  globalThis.asked = [];
  const HostDate = Date;
  globalThis.Date = class extends HostDate {
    constructor(...args) {
      if (args.length === 0) asked.push('new Date()');
      super(...args);
    }
    static now() {
      asked.push('Date.now');
      return HostDate.now();
    }
  };
  Math.random = () => {
    asked.push('Math.random');
    return 0.5;
  };
  `,
  context,
);

const modules = new Map();
const read = async (url) => {
  const source = await readFile(fileURLToPath(url), 'utf8');
  return new vm.SourceTextModule(url.endsWith('.ts') ? stripTypeScriptTypes(source) : source, {
    context,
    identifier: url,
  });
};
const load = (url) => {
  const module = modules.get(url) ?? read(url);
  modules.set(url, module);
  return module;
};

const main = await load(entry);
await main.link((specifier, parent) => load(import.meta.resolve(specifier, parent.identifier)));
await main.evaluate();

const cases = JSON.parse(process.argv[2] ?? '[]');
context.cases = JSON.stringify(cases);
context.kernel = main.namespace;
const result = vm.runInContext(
  `
  JSON.stringify({
    values: JSON.parse(cases).map(({ expression, scope }) => kernel.evaluate(expression, scope)),
    asked,
    timers: typeof setTimeout,
  })
  `,
  context,
);
console.log(result);
