import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** The options of a server, as far as an authenticator looks at them. */
export interface AskedOf {
  readonly challenge: string;
  readonly rpId?: string;
  readonly rp?: { readonly id?: string };
  readonly user?: { readonly id: string };
  readonly allowCredentials?: readonly { readonly id: string }[];
}

/** What a liar would change of an answer. */
export interface Lies {
  readonly origin?: string;
  readonly rpId?: string;
  /** Instead of the challenge that was given. */
  readonly challenge?: string;
  readonly type?: string;
  readonly crossOrigin?: boolean;
  /** User present, user verified; both unless said otherwise. */
  readonly flags?: { readonly present: boolean; readonly verified: boolean };
  /** Instead of counting on. */
  readonly counter?: number;
  readonly userHandle?: string | null;
  /** Signs with a key that nobody has registered. */
  readonly withForeignKey?: boolean;
}

export interface Passkey {
  readonly id: string;
  readonly userHandle: string;
  readonly key: KeyObject;
  counter: number;
}

const base64url = (bytes: Buffer): string => bytes.toString('base64url');
const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();

/** An authenticator in software (WebAuthn Level 3, 6), at one origin: ES256, no attestation, and it counts. */
export class Authenticator {
  readonly passkeys: Passkey[] = [];

  constructor(readonly origin: string) {}

  /** The answer to `navigator.credentials.create`, as a browser puts it into JSON. */
  create(asked: AskedOf, lies: Lies = {}): object {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const passkey = { id: base64url(randomBytes(16)), userHandle: asked.user?.id ?? '', key: privateKey, counter: 0 };
    this.passkeys.push(passkey);
    const authData = Buffer.concat([
      this.authenticatorData(asked.rp?.id ?? '', 0x40, passkey, lies),
      Buffer.alloc(16),
      Buffer.from([0, 16]),
      Buffer.from(passkey.id, 'base64url'),
      coseKey(publicKey),
    ]);
    // {"fmt": "none", "attStmt": {}, "authData": …}
    const attestationObject = Buffer.concat([
      Buffer.from([0xa3]),
      cborText('fmt'),
      cborText('none'),
      cborText('attStmt'),
      Buffer.from([0xa0]),
      cborText('authData'),
      cborBytes(authData),
    ]);
    const clientDataJSON = this.clientData('webauthn.create', asked, lies);
    return answerOf(passkey.id, {
      clientDataJSON: base64url(clientDataJSON),
      attestationObject: base64url(attestationObject),
      transports: ['internal', 'no-such-transport'],
    });
  }

  /** The answer to `navigator.credentials.get`: by the passkey that is given, or else the newest. */
  get(asked: AskedOf, lies: Lies = {}, passkey = this.passkeys.at(-1)): object {
    if (!passkey) throw new Error('The authenticator holds no passkey.');
    passkey.counter += 1;
    const authData = this.authenticatorData(asked.rpId ?? '', 0, passkey, lies);
    const clientDataJSON = this.clientData('webauthn.get', asked, lies);
    const key = lies.withForeignKey ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey : passkey.key;
    const userHandle = lies.userHandle === undefined ? passkey.userHandle : lies.userHandle;
    return answerOf(passkey.id, {
      clientDataJSON: base64url(clientDataJSON),
      authenticatorData: base64url(authData),
      signature: base64url(sign('sha256', Buffer.concat([authData, sha256(clientDataJSON)]), key)),
      ...(userHandle === null ? {} : { userHandle }),
    });
  }

  private clientData(type: string, { challenge }: AskedOf, lies: Lies): Buffer {
    return Buffer.from(
      JSON.stringify({
        type: lies.type ?? type,
        challenge: lies.challenge ?? challenge,
        origin: lies.origin ?? this.origin,
        crossOrigin: lies.crossOrigin ?? false,
      }),
    );
  }

  private authenticatorData(rpId: string, more: number, { counter }: Passkey, lies: Lies): Buffer {
    const { present, verified } = lies.flags ?? { present: true, verified: true };
    const head = Buffer.alloc(5);
    head[0] = more | (present ? 0x01 : 0) | (verified ? 0x04 : 0);
    head.writeUInt32BE(lies.counter ?? counter, 1);
    return Buffer.concat([sha256(lies.rpId ?? rpId), head]);
  }
}

function answerOf(id: string, response: object): object {
  return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response };
}

/** {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y} (RFC 9053, 7.1). */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const coordinate = (text: string) => cborBytes(Buffer.from(text, 'base64url'));
  return Buffer.concat([
    Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
    coordinate(x),
    Buffer.from([0x22]),
    coordinate(y),
  ]);
}

/** RFC 8949, 3.1: major type 3, under 24 bytes. */
const cborText = (text: string): Buffer => Buffer.concat([Buffer.from([0x60 + text.length]), Buffer.from(text)]);

/** RFC 8949, 3.1: major type 2. */
function cborBytes(bytes: Buffer): Buffer {
  const head = bytes.length < 256 ? [0x58, bytes.length] : [0x59, bytes.length >> 8, bytes.length & 0xff];
  return Buffer.concat([Buffer.from(head), bytes]);
}
