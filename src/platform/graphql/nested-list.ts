import type { EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import { BatchedReads } from '../database/batched-reads.js';
import type { Database } from '../database/database.js';
import { connectionOf, placeOf, type Connection, type PageOrder, type PageRequest, type Place } from './connection.js';

interface ListOf<Parent, Row> {
  readonly rows: EntityTarget<Row>;
  /** What a row is called in `where` and in the order. */
  readonly as: string;
  /** What is known of a parent, by its type in SQL. `where` calls it `parent."name"`. */
  readonly parent: Readonly<Record<keyof Parent & string, 'text' | 'boolean' | 'text[]'>>;
  /** SQL: which rows are in the list of a parent. It is written by us; what callers give comes in as facts of the parent. */
  readonly where: string;
  readonly order: PageOrder<Row>;
}

interface Asked<Parent> {
  readonly parent: Parent;
  readonly place: Place;
}

/**
 * A list that each thing of another list has. Its pages are those that `page` would give, but the pages of many parents
 * are read in one statement, and so is how many there are in all.
 */
export class NestedList<Parent extends object, Row extends ObjectLiteral> {
  private readonly pages: BatchedReads<Asked<Parent>, Row[]>;
  private readonly counts: BatchedReads<Parent, number>;

  constructor(
    database: Database,
    private readonly list: ListOf<Parent, Row>,
  ) {
    this.pages = new BatchedReads(database, (reader, asked) => this.readPages(reader, asked));
    this.counts = new BatchedReads(database, (reader, parents) => this.count(reader, parents));
  }

  /** @throws VALIDATION_FAILED for a cursor that this list did not give, or `first` outside 1…100 */
  async page(parent: Parent, request: PageRequest): Promise<Connection<Row>> {
    const { order } = this.list;
    const place = placeOf(request, order);
    const rows = await this.pages.load({ parent, place });
    const count = () => this.counts.load(parent);
    return connectionOf(rows, place, order, (row) => row, count);
  }

  /** One statement for each place: a query has as many as it has such fields, however many rows. */
  private async readPages(reader: EntityManager, asked: readonly Asked<Parent>[]): Promise<Row[][]> {
    const pages = new Map(asked.map((one) => [one, [] as Row[]]));
    for (const together of groupedBy(asked, ({ place }) => JSON.stringify([place.size, place.after]))) {
      const { place } = together[0];
      const parents = together.map(({ parent }) => parent);
      const rows = await this.readAt(reader, place, parents);
      for (const [index, row] of rows) pages.get(together[index]!)!.push(row);
    }
    return [...pages.values()];
  }

  /** The rows of each page in their order, and one more where there is more; each with the index of its parent. */
  private async readAt(
    reader: EntityManager,
    { size, after }: Place,
    parents: readonly Parent[],
  ): Promise<[number, Row][]> {
    const { as, where, order } = this.list;
    const { column, direction = 'ASC' } = order;
    const { metadata } = reader.getRepository(this.list.rows);
    const columns = metadata.columns.filter(({ isSelect }) => isSelect);
    const beyond = after === null ? 'true' : `${column} ${direction === 'ASC' ? '>' : '<'} $3`;
    const found = await reader.query<Record<string, unknown>[]>(
      `select parent."index" as parent_index, listed.* from ${this.parents}
       cross join lateral (
         select ${columns.map(({ databaseName }) => `${as}."${databaseName}"`).join(', ')}, ${column} as listed_by
         from ${metadata.tablePath} as ${as} where (${where}) and ${beyond}
         order by ${column} ${direction} limit $2
       ) as listed
       order by parent."index", listed.listed_by ${direction}`,
      [factsOf(parents), size + 1, ...(after === null ? [] : [after])],
    );
    const { driver } = reader.dataSource;
    return found.map((values) => {
      const row = metadata.create() as Row;
      for (const one of columns) one.setEntityValue(row, driver.prepareHydratedValue(values[one.databaseName], one));
      return [values.parent_index as number, row];
    });
  }

  private async count(reader: EntityManager, parents: readonly Parent[]): Promise<number[]> {
    const { as, where, rows } = this.list;
    const { tablePath } = reader.getRepository(rows).metadata;
    const counted = await reader.query<{ count: number }[]>(
      `select (select count(*)::int from ${tablePath} as ${as} where ${where}) as count
       from ${this.parents} order by parent."index"`,
      [factsOf(parents)],
    );
    return counted.map(({ count }) => count);
  }

  /** SQL for the parents that `$1` tells of. */
  private get parents(): string {
    const facts = Object.entries<string>(this.list.parent).map(([name, type]) => `"${name}" ${type}`);
    return `json_to_recordset($1::json) as parent("index" int, ${facts.join(', ')})`;
  }
}

const factsOf = (parents: readonly object[]): string =>
  JSON.stringify(parents.map((parent, index) => ({ ...parent, index })));

function groupedBy<T>(things: readonly T[], keyOf: (thing: T) => string): (readonly [T, ...T[]])[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const thing of things) {
    const group = groups.get(keyOf(thing));
    if (group) group.push(thing);
    else groups.set(keyOf(thing), [thing]);
  }
  return [...groups.values()];
}
