/**
 * Stands in workflow code for `@temporalio/common/lib/encoding`, whose whole interface this is. A byte order mark is a
 * character like others there, and so it is here.
 */
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export const encode = (text: string): Uint8Array => encoder.encode(text);

export const decode = (bytes: Uint8Array): string => decoder.decode(bytes);
