// Compiles src/ into dist/ with swc (types are tsc's business) and carries the page templates and styles along.
import { transformFile } from '@swc/core';
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const source = path.join(root, 'src');
const target = path.join(root, 'dist');
const options = JSON.parse(await readFile(path.join(import.meta.dirname, 'swc.json'), 'utf8'));

const carried = new Set(['.eta', '.css', '.js', '.svg', '.graphql']);

async function compile(file) {
  const from = path.join(source, file);
  const to = path.join(target, file.replace(/\.ts$/, '.js'));
  const { code, map } = await transformFile(from, {
    ...options,
    swcrc: false,
    sourceFileName: path.relative(path.dirname(to), from),
  });
  await mkdir(path.dirname(to), { recursive: true });
  await writeFile(to, `${code}\n//# sourceMappingURL=${path.basename(to)}.map\n`);
  await writeFile(`${to}.map`, map);
}

async function carry(file) {
  const to = path.join(target, file);
  await mkdir(path.dirname(to), { recursive: true });
  await cp(path.join(source, file), to);
}

await rm(target, { recursive: true, force: true });
const files = await readdir(source, { recursive: true });
await Promise.all([
  ...files.filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts')).map(compile),
  ...files.filter((file) => carried.has(path.extname(file))).map(carry),
]);
