import { describe, expect, it } from '@jest/globals';
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import { Secret } from './secret.js';
import { SigningKey } from './signing-key.js';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey;
const pem = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8') =>
  key.export({ type, format: 'pem' }).toString();
const read = (text: string) => SigningKey.read(Secret.of(text));

describe('a signing key', () => {
  it.each([
    ['RSA', pem(rsa), { name: 'RSASSA-PKCS1-v1_5', hash: { name: 'SHA-256' } }],
    ['RSA in PKCS#1', pem(rsa, 'pkcs1'), { name: 'RSASSA-PKCS1-v1_5' }],
    ['P-256', pem(ec('P-256')), { name: 'ECDSA', namedCurve: 'P-256' }],
    ['P-384', pem(ec('P-384')), { name: 'ECDSA', namedCurve: 'P-384' }],
    ['P-521 in SEC 1', pem(ec('P-521'), 'sec1'), { name: 'ECDSA', namedCurve: 'P-521' }],
    ['Ed25519', pem(generateKeyPairSync('ed25519').privateKey), { name: 'Ed25519' }],
    ['RSA on one line', pem(rsa).replaceAll('\n', '\\n'), { name: 'RSASSA-PKCS1-v1_5' }],
  ])('is read from %s, and signs', async (_name, text, algorithm) => {
    const key = await read(text)!.forWebCrypto();
    expect(key).toMatchObject({ type: 'private', extractable: false, usages: ['sign'] });
    expect(key.algorithm).toMatchObject(algorithm);
  });

  it.each([
    ['nothing of the kind', 'hunter2'],
    ['a public key', createPublicKey(rsa).export({ type: 'spki', format: 'pem' }).toString()],
    ['an RSA key that is too short', pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey)],
    ['a curve that no provider knows', pem(ec('secp256k1'))],
    ['a key that signs nothing', pem(generateKeyPairSync('x25519').privateKey)],
  ])('is not read from %s', (_name, text) => {
    expect(read(text)).toBeNull();
  });

  it('shows nothing of itself', () => {
    const key = read(pem(rsa));
    expect(inspect(key, { depth: 9, showHidden: true }) + JSON.stringify(key)).not.toMatch(/PRIVATE|pkcs|modulus/i);
  });
});
