import { type Type } from '@nestjs/common';
import { Field, Int, ObjectType } from '@nestjs/graphql';
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { invalid } from '../errors/app-error.js';

/** The Relay Cursor Connections specification, forward only. */
@ObjectType({ description: 'Where a page of a list stands.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether there is more after this page.' })
  hasNextPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Give it as `after` to get the next page.' })
  endCursor!: string | null;
}

export interface Edge<Node> {
  readonly node: Node;
  readonly cursor: string;
}

export interface Connection<Node> {
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge<Node>[];
  readonly pageInfo: PageInfo;
  /** A getter: counted only when a query asks for it. */
  readonly totalCount: Promise<number>;
}

/** Makes the `…Connection` and `…Edge` types of a node type. */
export function connectionType<Node>(node: Type<Node>, name: string): Type<Connection<Node>> {
  @ObjectType(`${name}Edge`, { description: 'One thing of a list, and where it stands in it.' })
  class EdgeType implements Edge<Node> {
    @Field(() => node, { description: 'The thing itself.' })
    node!: Node;

    @Field(() => String, { description: 'Give it as `after` to continue behind this one.' })
    cursor!: string;
  }

  @ObjectType(`${name}Connection`, { description: 'A page of a list.' })
  class ConnectionType implements Connection<Node> {
    @Field(() => [node], { description: 'The things on this page.' })
    nodes!: Node[];

    @Field(() => [EdgeType], { description: 'The same things, each with its cursor.' })
    edges!: EdgeType[];

    @Field(() => PageInfo, { description: 'Where this page stands.' })
    pageInfo!: PageInfo;

    @Field(() => Int, { description: 'How many there are in all; counted only when asked for.' })
    totalCount!: Promise<number>;
  }
  return ConnectionType;
}

export interface PageRequest {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

/** The most things on one page. */
export const MAX_PAGE = 100;
/** As many are on one where nothing is said. */
export const DEFAULT_PAGE = 50;

export interface PageOrder<Row> {
  /** A column that is unique together with `id`, and the value that a row has there. */
  readonly column: string;
  readonly of: (row: Row) => string;
  readonly direction?: 'ASC' | 'DESC';
  /** What a value of the column looks like, so that a forged cursor is refused before the database sees it. */
  readonly shape?: RegExp;
}

/**
 * Reads one page of `query`, ordered by one unique column.
 * @throws VALIDATION_FAILED for a cursor that this list did not give, or `first` outside 1…100
 */
export async function page<Row extends ObjectLiteral, Node>(
  query: SelectQueryBuilder<Row>,
  request: PageRequest,
  order: PageOrder<Row>,
  toNode: (row: Row) => Node,
): Promise<Connection<Node>> {
  const place = placeOf(request, order);
  const direction = order.direction ?? 'ASC';
  const counted = query.clone();
  const pageQuery = query.orderBy(order.column, direction).limit(place.size + 1);
  if (place.after !== null) {
    pageQuery.andWhere(`${order.column} ${direction === 'ASC' ? '>' : '<'} :after`, { after: place.after });
  }
  return connectionOf(await pageQuery.getMany(), place, order, toNode, () => counted.getCount());
}

/** Where a page begins, and how many things are on it. */
export interface Place {
  readonly size: number;
  /** Null: at the beginning. */
  readonly after: string | null;
}

/** @throws VALIDATION_FAILED for a cursor that this list did not give, or `first` outside 1…100 */
export function placeOf<Row>(request: PageRequest, order: PageOrder<Row>): Place {
  const size = pageSize(request);
  const after = request.after ?? null;
  return { size, after: after === null ? null : readCursor(after, order.shape) };
}

/** @param rows those of the page, and one more where there is more */
export function connectionOf<Row, Node>(
  rows: readonly Row[],
  { size }: Place,
  order: PageOrder<Row>,
  toNode: (row: Row) => Node,
  count: () => Promise<number>,
): Connection<Node> {
  const shown = rows.slice(0, size);
  const edges = shown.map((row) => ({ node: toNode(row), cursor: writeCursor(order.of(row)) }));
  return {
    nodes: edges.map(({ node }) => node),
    edges,
    pageInfo: { hasNextPage: rows.length > size, endCursor: edges.at(-1)?.cursor ?? null },
    get totalCount() {
      return count();
    },
  };
}

/** The same page with each thing turned into another. */
export function mapNodes<From, To>(connection: Connection<From>, turn: (node: From) => To): Connection<To> {
  const edges = connection.edges.map(({ node, cursor }) => ({ node: turn(node), cursor }));
  return {
    nodes: edges.map(({ node }) => node),
    edges,
    pageInfo: connection.pageInfo,
    get totalCount() {
      return connection.totalCount;
    },
  };
}

function pageSize({ first }: PageRequest): number {
  if (first === undefined || first === null) return DEFAULT_PAGE;
  if (first < 1 || first > MAX_PAGE) throw invalid('first', `first must lie between 1 and ${MAX_PAGE}.`);
  return first;
}

const CURSOR_MARK = 'after:';

const writeCursor = (value: string): string => Buffer.from(CURSOR_MARK + value).toString('base64url');

/** A forged cursor can only name another place in a list that is scoped all the same; junk is refused for clarity. */
function readCursor(cursor: string, shape = /^[\w.:@-]{1,128}$/): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  const value = text.slice(CURSOR_MARK.length);
  if (!text.startsWith(CURSOR_MARK) || !shape.test(value))
    throw invalid('after', 'after is not a cursor of this list.');
  return value;
}
