import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { randomHex } from '../crypto/digest.js';
import { Secret } from '../crypto/secret.js';
import { ConfigError } from './config-error.js';

/** The secret of this name in the data directory: read, or made at the first start (mode 0600, on disk before it is used). */
export function generatedSecret(directory: string, name: string): Secret {
  const file = path.join(directory, 'secrets', name.toLowerCase().replaceAll('_', '-'));
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  if (!existsSync(file)) make(file);
  const value = readFileSync(file, 'utf8').trim();
  if (!/^[0-9a-f]{64}$/.test(value)) throw new ConfigError(name, `64 hexadecimal digits in ${file}`);
  return Secret.of(value);
}

/** Under its own name it is whole or not there; of two processes that start at once, both read what one has made. */
function make(file: string): void {
  const unfinished = `${file}.${process.pid}`;
  const handle = openSync(unfinished, 'w', 0o600);
  writeSync(handle, `${randomHex(32)}\n`);
  fsyncSync(handle);
  closeSync(handle);
  try {
    linkSync(unfinished, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(unfinished);
  }
}
