import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerQuestions } from './worker.js';

export type StandInQuestion = { readonly start: string } | { readonly time: true };

/** `port` after the start; milliseconds spent answering, all requests together, since the last time that was asked. */
export interface StandInAnswer {
  readonly port: number;
  readonly milliseconds: number;
}

/** What a code stands for: the stand-in keeps nothing. */
export interface Code {
  readonly sub: string;
  readonly nonce: string;
}

export const codeFor = (code: Code): string => Buffer.from(JSON.stringify(code)).toString('base64url');

const { publicKey, privateKey } = await generateKeyPair('RS256');
const keys = [{ ...(await exportJWK(publicKey)), kid: 'only', alg: 'RS256', use: 'sig' }];
let milliseconds = 0;

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

async function idToken(issuer: string, clientId: string, body: string): Promise<string> {
  const code = new URLSearchParams(body).get('code') ?? '';
  const { sub, nonce } = JSON.parse(Buffer.from(code, 'base64url').toString()) as Code;
  return new SignJWT({ nonce, email: `${sub}@provider.test`, email_verified: true, name: sub })
    .setProtectedHeader({ alg: 'RS256', kid: 'only' })
    .setIssuer(issuer)
    .setSubject(sub)
    .setAudience(clientId)
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(privateKey);
}

function start(clientId: string): Promise<number> {
  const server = createServer((request, response) => {
    const started = performance.now();
    response.once('finish', () => (milliseconds += performance.now() - started));
    const issuer = `http://${request.headers.host ?? ''}`;
    if (request.url === '/.well-known/openid-configuration') {
      json(response, {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        code_challenge_methods_supported: ['S256'],
      });
    } else if (request.url === '/jwks') {
      json(response, { keys });
    } else {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        void idToken(issuer, clientId, body).then((id_token) =>
          json(response, { access_token: 'unused', token_type: 'Bearer', expires_in: 60, id_token }),
        );
      });
    }
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
}

answerQuestions<StandInQuestion, StandInAnswer>(async (question) => {
  const port = 'start' in question ? await start(question.start) : 0;
  const answer = { port, milliseconds };
  milliseconds = 0;
  return answer;
});
