import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A short name for an effect, the same whenever it is asked for and safe as a file's. */
export const effectName = (tenant: string, effectId: string): string =>
  createHash('sha256')
    .update(JSON.stringify([tenant, effectId]))
    .digest('hex')
    .slice(0, 32);

/**
 * Writes one JSON file per effect: whole or not at all, and the first one stays.
 * @returns the effect's name
 */
export const writeEffectFile = async (
  folder: string,
  effect: { tenant: string; effectId: string },
  content: object,
): Promise<string> => {
  const name = effectName(effect.tenant, effect.effectId);
  await mkdir(folder, { recursive: true });
  const target = join(folder, `${name}.json`);
  const draft = join(folder, `.${name}.${process.pid}.draft`);
  const file = await open(target, 'r').catch(() => undefined);
  if (file) {
    await file.close();
    return name;
  }
  const handle = await open(draft, 'w', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(content, null, 2)}\n`);
    await handle.sync();
    await handle.close();
    await rename(draft, target);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(draft, { force: true });
    throw error;
  }
  return name;
};
