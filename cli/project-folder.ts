import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of this checkout. */
export const projectFolder = join(dirname(fileURLToPath(import.meta.url)), '..');
