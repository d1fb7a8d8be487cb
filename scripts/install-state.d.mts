/** Why an install is needed, or undefined when node_modules is what package-lock.json asks for. */
export function installReason(
  lockText: string | undefined,
  installedText: string | undefined,
): string | undefined;
