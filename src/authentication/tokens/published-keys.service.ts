import { Injectable } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { answerAhead, type PlainAnswer } from '../../platform/http/ahead-of-express.js';
import { KEPT_BY_OTHERS_SECONDS } from './signing-schedule.js';
import { SigningKeyService } from './signing-key.service.js';

/** `GET /.well-known/jwks.json`: the public keys that verify our tokens, as a JSON Web Key Set (RFC 7517, 5). */
@Injectable()
export class PublishedKeys {
  constructor(private readonly keys: SigningKeyService) {}

  async answer(): Promise<PlainAnswer> {
    return {
      status: 200,
      headers: {
        'Content-Type': 'application/jwk-set+json',
        'Cache-Control': `public, max-age=${KEPT_BY_OTHERS_SECONDS}`,
      },
      body: JSON.stringify({ keys: await this.keys.published() }),
    };
  }
}

/** Puts the published keys before Express on the application's HTTP server: they are answered from memory. */
export function mountPublishedKeys(app: NestExpressApplication): void {
  const keys = app.get(PublishedKeys, { strict: false });
  answerAhead(app, { path: '/.well-known/jwks.json', methods: ['GET', 'HEAD'], answer: () => keys.answer() });
}
