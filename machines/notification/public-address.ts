/** Bytes of an IP address, 4 or 16; an IPv4 address in IPv6's clothes is the IPv4 one. Undefined: it is none. */
export const addressBytes = (text: string): number[] | undefined => {
  const bytes = text.includes(':') ? ipv6Bytes(text) : ipv4Bytes(text);
  const isMapped =
    bytes?.length === 16 &&
    bytes.slice(0, 10).every((byte) => byte === 0) &&
    bytes[10] === 255 &&
    bytes[11] === 255;
  return isMapped ? bytes.slice(12) : bytes;
};

const ipv4Bytes = (text: string): number[] | undefined => {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
    ? parts.map(Number)
    : undefined;
};

const ipv6Bytes = (text: string): number[] | undefined => {
  const [address = ''] = text.replace(/^\[|\]$/g, '').split('%');
  const halves = address.split('::');
  if (halves.length > 2) {
    return undefined;
  }
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const groups = [head, tail].map((each) => each.flatMap(groupBytes));
  const [left = [], right = []] = groups;
  const missing = 16 - left.length - right.length;
  const whole =
    halves.length === 2 ? [...left, ...Array<number>(Math.max(missing, 0)).fill(0), ...right] : left;
  const isWhole = halves.length === 2 ? missing >= 2 : missing === 0;
  return isWhole && whole.every((byte) => Number.isInteger(byte)) ? whole : undefined;
};

const groupBytes = (group: string): number[] => {
  if (group.includes('.')) {
    return ipv4Bytes(group) ?? [Number.NaN];
  }
  const value = /^[0-9a-f]{1,4}$/i.test(group) ? Number.parseInt(group, 16) : Number.NaN;
  return [value >> 8, value & 255].map((byte) => (Number.isNaN(value) ? Number.NaN : byte));
};

/** A range such as `10.0.0.0/8`; a lone address is itself only. */
const isInRange = (bytes: number[], range: string): boolean => {
  const [base = '', length] = range.split('/');
  const start = addressBytes(base);
  if (!start || start.length !== bytes.length) {
    return false;
  }
  const bits = length === undefined ? bytes.length * 8 : Number(length);
  return bytes.every((byte, index) => {
    const kept = Math.min(Math.max(bits - index * 8, 0), 8);
    const mask = (0xff << (8 - kept)) & 0xff;
    return (byte & mask) === ((start[index] ?? 0) & mask);
  });
};

// IANA's special-purpose registries: everything that is not reachable from everywhere.
const notPublic4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15'],
  ...['198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
];
const public6 = '2000::/3';
// Parts of it that are for documentation, or that carry an IPv4 address which nobody has looked at.
const notPublic6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

/** Whether an IP address is on the open network; what is no address is not. */
export const isPublicAddress = (address: string): boolean => {
  const bytes = addressBytes(address);
  if (!bytes) {
    return false;
  }
  return bytes.length === 4
    ? !notPublic4.some((range) => isInRange(bytes, range))
    : isInRange(bytes, public6) && !notPublic6.some((range) => isInRange(bytes, range));
};

/**
 * Whether we may connect to an address for a host: it is public, or the settings allow the host by name, or the address
 * or its range.
 */
export const mayConnect = (address: string, host: string, allow: readonly string[]): boolean => {
  const bytes = addressBytes(address);
  return (
    isPublicAddress(address) ||
    (bytes !== undefined && allow.some((each) => each === host || isInRange(bytes, each)))
  );
};

/**
 * Why events are never sent to a URL, whatever its host resolves to; undefined where they may be. Plain http is for hosts
 * that the settings name.
 */
export const webhookUrlProblem = (text: string, allow: readonly string[]): string | undefined => {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return 'is no URL';
  }
  const host = hostOf(url);
  const literal = addressBytes(host);
  const named =
    allow.includes(host) || (literal !== undefined && allow.some((each) => isInRange(literal, each)));
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && named)) {
    return 'must be https';
  }
  if (url.username !== '' || url.password !== '') {
    return 'must not hold a user name or password';
  }
  return literal !== undefined && !mayConnect(host, host, allow) ? 'leads into a private network' : undefined;
};

/** The URL's host, an IPv6 address without its brackets. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');
