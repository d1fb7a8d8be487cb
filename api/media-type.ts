/** Kinds of documents that are taken, each with the bytes it begins with. */
const signatures: { mediaType: string; starts: (number | null)[] }[] = [
  { mediaType: 'application/pdf', starts: [0x25, 0x50, 0x44, 0x46, 0x2d] },
  { mediaType: 'image/png', starts: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { mediaType: 'image/jpeg', starts: [0xff, 0xd8, 0xff] },
  { mediaType: 'image/heic', starts: [null, null, null, null, 0x66, 0x74, 0x79, 0x70, 0x68, 0x65, 0x69] },
  { mediaType: 'image/tiff', starts: [0x49, 0x49, 0x2a, 0x00] },
  { mediaType: 'audio/mpeg', starts: [0x49, 0x44, 0x33] },
  {
    mediaType: 'audio/wav',
    starts: [0x52, 0x49, 0x46, 0x46, null, null, null, null, 0x57, 0x41, 0x56, 0x45],
  },
  { mediaType: 'video/mp4', starts: [null, null, null, null, 0x66, 0x74, 0x79, 0x70] },
];

export const mediaTypes: readonly string[] = [...signatures.map(({ mediaType }) => mediaType), 'text/plain'];

/** What the bytes are, by themselves and not by a name; undefined for what is not taken. */
export const mediaTypeOf = (bytes: Uint8Array): string | undefined =>
  signatures.find(({ starts }) => starts.every((byte, index) => byte === null || bytes[index] === byte))
    ?.mediaType ?? (isText(bytes) ? 'text/plain' : undefined);

const isText = (bytes: Uint8Array): boolean => {
  if (bytes.includes(0)) {
    return false;
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    // Markup is left out: a browser might run what is in it.
    return !/^\s*(<\?xml|<!doctype|<html|<svg|<script)/i.test(text);
  } catch {
    return false;
  }
};
