import { describe, expect, it } from '@jest/globals';
import { buildSchema, getOperationAST, parse, type OperationDefinitionNode } from 'graphql';
import { mostValuesOf } from './answer-size.js';

const schema = buildSchema(`
  type Query { shelf: Shelf!, shelves(first: Int): ShelfConnection! }
  type Mutation { move: Shelf! }
  type ShelfConnection { nodes: [Shelf!]!, edges: [ShelfEdge!]!, totalCount: Int!, pageInfo: PageInfo! }
  type ShelfEdge { node: Shelf!, cursor: String! }
  type PageInfo { hasNextPage: Boolean! }
  type Shelf { id: ID!, tags: [String!]!, labels: [Label!]!, books(first: Int): BookConnection! }
  type Label { name: String! }
  type BookConnection { nodes: [Book!]!, totalCount: Int! }
  type Book { title: String! }
`);

function mostOf(source: string, variables: Readonly<Record<string, unknown>> = {}): number {
  const document = parse(source);
  const operation: OperationDefinitionNode = getOperationAST(document, null)!;
  return mostValuesOf(schema, { document, operation, variables });
}

describe('an answer', () => {
  it.each([
    ['{ __typename }', 1],
    ['{ shelf { id tags } }', 3],
    ['mutation { move { id } }', 2],
    ['{ a: shelf { id } b: shelf { id } }', 4],
    ['{ shelf { labels { name } } }', 1 + 5 * 2],
    ['{ shelves(first: 3) { nodes { id } } }', 1 + 3 * 2],
    ['{ shelves(first: 3) { edges { cursor node { id } } } }', 1 + 3 * 4],
    ['{ shelves(first: 3) { totalCount pageInfo { hasNextPage } } }', 1 + 1 + 2],
    ['{ shelves { nodes { id } } }', 1 + 50 * 2],
    ['{ shelves(first: null) { nodes { id } } }', 1 + 50 * 2],
    ['{ shelves(first: 3) { nodes { books(first: 4) { totalCount nodes { title } } } } }', 1 + 3 * (1 + 1 + 1 + 4 * 2)],
    ['{ shelves(first: 3) { nodes { labels { name } } } }', 1 + 3 * (1 + 5 * 2)],
    ['{ shelves(first: 3) { ... { nodes { ...S ...S } } } } fragment S on Shelf { id }', 1 + 3 * 3],
    [
      '{ shelves(first: 3) { ...N } a: shelves(first: 5) { ...N } } fragment N on ShelfConnection { nodes { id } }',
      7 + 11,
    ],
  ])('of %s holds %d values at most', (source, most) => {
    expect(mostOf(source)).toBe(most);
  });

  it.each([
    [{}, 50],
    [{ most: null }, 50],
    [{ most: 3 }, 3],
    [{ most: 1_000_000 }, 100],
    [{ most: -1_000_000 }, 1],
  ])('to a page of variables %j holds %d things', (variables, things) => {
    expect(mostOf('query ($most: Int) { shelves(first: $most) { nodes { id } } }', variables)).toBe(1 + things * 2);
  });

  it('is measured at once, though fragments double thirty times', () => {
    const fragments = Array.from({ length: 30 }, (_, n) => `fragment F${n} on Shelf { ...F${n + 1} ...F${n + 1} }`);
    expect(mostOf(`{ shelf { ...F0 } } ${fragments.join(' ')} fragment F30 on Shelf { id }`)).toBe(1 + 2 ** 30);
  });
});
