import { describe, expect, it } from '@jest/globals';
import { buildSchema, Kind, parse, validate } from 'graphql';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { MOST_VALUES } from '../src/platform/graphql/answer-size.plugin.js';
import { mostValuesOf } from '../src/platform/graphql/answer-size.js';

const root = path.resolve(import.meta.dirname, '..');
const textOf = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const pagesIn = (folder: string): string[] =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.join(folder, file));

const pages = ['README.md', ...pagesIn('docs'), ...pagesIn('.github')];
const schema = buildSchema(textOf('src/schema.graphql'));

/** Every GraphQL document that a reader may copy, with where it stands. */
const documents = [
  ...pages.flatMap((page) =>
    [...textOf(page).matchAll(/^```graphql\n(.*?)^```$/gms)].map(({ 1: source = '', index }) => ({
      where: `${page}:${textOf(page).slice(0, index).split('\n').length}`,
      source,
    })),
  ),
  { where: 'the welcome of the explorer', source: textOf('src/platform/graphql/explorer/welcome.graphql') },
];

/** Every link to a file of ours. */
const links = pages.flatMap((page) =>
  [...textOf(page).matchAll(/\]\((?!\w+:|#)([^)\s#]+)(?:#([^)\s]*))?\)/g)].map(({ 1: to = '', 2: anchor = '' }) => ({
    page,
    to,
    anchor,
  })),
);

describe('the documentation', () => {
  it.each(documents)('asks for nothing that the schema does not have: $where', ({ source }) => {
    expect(validate(schema, parse(source)).map(({ message }) => message)).toEqual([]);
  });

  it.each(documents)('asks for no larger an answer than there may be: $where', ({ source }) => {
    const document = parse(source);
    const operations = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
    for (const operation of operations)
      expect(mostValuesOf(schema, { document, operation, variables: {} })).toBeLessThanOrEqual(MOST_VALUES);
  });

  it.each(links)('$page leads to $to', ({ page, to, anchor }) => {
    const file = path.join(path.dirname(page), decodeURIComponent(to));
    expect(existsSync(path.join(root, file))).toBe(true);
    if (anchor !== '') expect(anchorsOf(file)).toContain(anchor);
  });

  it('has documents and links to look at', () => {
    expect(documents.length).toBeGreaterThan(5);
    expect(links.length).toBeGreaterThan(10);
  });
});

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(page: string): string[] {
  return [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}
