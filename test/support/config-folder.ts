import { afterEach, beforeEach, expect } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError } from '../../src/platform/config/config-error.js';
import type { Config } from '../../src/platform/config/config.js';
import { loadConfig } from '../../src/platform/config/load-config.js';

type Environment = Readonly<Record<string, string>>;

export const longEnough = 'x'.repeat(32);

/** A folder for each test of a file, and what is loaded from there. */
export function configFolder() {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const placeOf = (...names: readonly string[]): string => path.join(folder, ...names);

  /** A file in the folder. @returns its path */
  function file(name: string, content: string): string {
    writeFileSync(placeOf(name), content);
    return placeOf(name);
  }

  const load = (environment: Environment = {}): Config => loadConfig({ DATA_DIR: placeOf('data'), ...environment });

  const loadYaml = (yaml: string, environment: Environment = {}): Config =>
    load({ CONFIG_FILE: file('config.yaml', yaml), ...environment });

  return { placeOf, file, load, loadYaml };
}

/** The line that stops the start. */
export function complaintOf(start: () => Config): string {
  try {
    start();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.message).not.toContain('\n');
    return error.message;
  }
  throw new Error('nothing stopped the start');
}
