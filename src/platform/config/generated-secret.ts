import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { randomHex } from '../crypto/digest.js';
import { Secret } from '../crypto/secret.js';

/** The secret of this name in the data directory: read, or made at the first start (mode 0600, on disk before it is used). */
export function generatedSecret(directory: string, name: string): Secret {
  const file = path.join(directory, 'secrets', name.toLowerCase().replaceAll('_', '-'));
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  return read(file) ?? make(file);
}

function read(file: string): Secret | null {
  try {
    return Secret.of(readFileSync(file, 'utf8').trim());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function make(file: string): Secret {
  const value = randomHex(32);
  const handle = openSync(file, 'wx', 0o600);
  writeSync(handle, `${value}\n`);
  fsyncSync(handle);
  closeSync(handle);
  return Secret.of(value);
}
