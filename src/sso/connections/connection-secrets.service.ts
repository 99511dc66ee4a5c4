import { Injectable } from '@nestjs/common';
import { Cipher, type CipherPlace } from '../../platform/crypto/cipher.js';
import { Secret } from '../../platform/crypto/secret.js';

/** Client secrets at rest. Each is encrypted for the one place where it is stored, so it moves by being encrypted again. */
@Injectable()
export class ConnectionSecrets {
  constructor(private readonly cipher: Cipher) {}

  seal(secret: string, place: CipherPlace): string {
    return this.cipher.encrypt(Secret.of(secret), place);
  }

  /** Null stays null: a public client has no secret to move. */
  move(ciphertext: string | null, from: CipherPlace, to: CipherPlace): string | null {
    return ciphertext === null ? null : this.cipher.encrypt(this.cipher.decrypt(ciphertext, from), to);
  }
}
