import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

// A passkey in software, by WebAuthn level 3: an ES256 key, no attestation.

const flagPresent = 0x01;
const flagVerified = 0x04;
const flagAttested = 0x40;

export interface Authenticator {
  // biome-ignore lint/suspicious/noExplicitAny: options as the page's script gets them
  register: (options: any, origin: string) => object;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  signIn: (options: any, origin: string) => object;
}

/** @param verifies whether it asks for a PIN or a finger */
export const softwareAuthenticator = ({ verifies = true } = {}): Authenticator => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const credentialId = randomBytes(16);
  const id = credentialId.toString('base64url');
  const flags = flagPresent | (verifies ? flagVerified : 0);
  let counter = 0;

  const dataFor = (rpId: string, more: number, rest = Buffer.alloc(0)): Buffer => {
    counter += 1;
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    return Buffer.concat([sha256(Buffer.from(rpId)), Buffer.from([flags | more]), count, rest]);
  };
  const answer = (response: object) => ({
    ...{ id, rawId: id, type: 'public-key', response, clientExtensionResults: {} },
  });

  return {
    register: ({ challenge, rp }, origin) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(credentialId.length);
      const attested = Buffer.concat([Buffer.alloc(16), length, credentialId, coseKey(publicKey)]);
      const authData = dataFor(rp.id, flagAttested, attested);
      const attestation = Buffer.concat([
        ...[Buffer.from([0xa3]), text('fmt'), text('none'), text('attStmt'), Buffer.from([0xa0])],
        ...[text('authData'), bytes(authData)],
      ]);
      return answer({
        clientDataJSON: clientData('webauthn.create', challenge, origin).toString('base64url'),
        attestationObject: attestation.toString('base64url'),
      });
    },
    signIn: ({ challenge, rpId }, origin) => {
      const authData = dataFor(rpId, 0);
      const client = clientData('webauthn.get', challenge, origin);
      const signature = createSign('sha256')
        .update(Buffer.concat([authData, sha256(client)]))
        .sign(privateKey);
      return answer({
        clientDataJSON: client.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        signature: signature.toString('base64url'),
      });
    },
  };
};

const sha256 = (data: Buffer): Buffer => createHash('sha256').update(data).digest();

const clientData = (type: string, challenge: string, origin: string): Buffer =>
  Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));

// CBOR, as far as it is needed: texts below 24 bytes, byte strings below 65,536.
const text = (value: string): Buffer =>
  Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)]);
const bytes = (value: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0x59, value.length >> 8, value.length & 0xff]), value]);

/** RFC 9053: kty EC2, alg ES256, curve P-256, x, y. */
const coseKey = (key: KeyObject): Buffer => {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const part = (value: string) => Buffer.concat([Buffer.from([0x58, 32]), Buffer.from(value, 'base64url')]);
  return Buffer.concat([
    Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
    part(x),
    Buffer.from([0x22]),
    part(y),
  ]);
};
