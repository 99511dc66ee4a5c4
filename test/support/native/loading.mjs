// Node's own loader, taught two things: TypeScript, and whose `it` and `expect` a suite means.
import { transformSync } from '@swc/core';
import { existsSync, readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';

const swc = JSON.parse(readFileSync(new URL('../../../.config/swc.json', import.meta.url), 'utf8'));
const globals = new URL('globals.mjs', import.meta.url).href;

/** Makes this process load as below. Node 20 runs the hooks on a thread of their own; later ones need none. */
export function learnToLoad() {
  if (nodeModule.registerHooks) nodeModule.registerHooks({ resolve, load });
  else nodeModule.register(import.meta.url);
}

export function resolve(specifier, context, next) {
  if (specifier === '@jest/globals') return { url: globals, format: 'module', shortCircuit: true };
  return next(asWritten(specifier, context.parentURL), context);
}

/** An import names what the build will make of a file (`./x.js`); what lies there is its source (`./x.ts`). */
function asWritten(specifier, importer) {
  if (!specifier.startsWith('.') || !specifier.endsWith('.js') || !importer?.endsWith('.ts')) return specifier;
  const source = specifier.replace(/\.js$/, '.ts');
  return existsSync(new URL(source, importer)) ? source : specifier;
}

export function load(url, context, next) {
  if (!url.endsWith('.ts') || url.includes('/node_modules/')) return next(url, context);
  const filename = fileURLToPath(url);
  const { code } = transformSync(readFileSync(filename, 'utf8'), {
    ...swc,
    sourceMaps: 'inline',
    swcrc: false,
    filename,
  });
  return { format: 'module', source: code, shortCircuit: true };
}
