import type { EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import { BatchedReads } from '../database/batched-reads.js';
import type { Database } from '../database/database.js';
import { connectionOf, placeOf, type Connection, type PageOrder, type PageRequest, type Place } from './connection.js';

interface ListOf<Parent, Row> {
  readonly rows: EntityTarget<Row>;
  /** What a row is called in `where` and in the order. */
  readonly as: string;
  /** What is known of a parent, by its type in SQL. `where` calls it `parent."name"`. */
  readonly parent: Readonly<Record<keyof Parent & string, 'text' | 'boolean' | 'timestamptz' | 'text[]'>>;
  /** SQL: which rows are in the list of a parent. It is written by us; what callers give comes in as facts of the parent. */
  readonly where: string;
  readonly order: PageOrder<Row>;
}

interface Asked<Parent> {
  readonly parent: Parent;
  readonly place: Place;
}

/** PostgreSQL plans each, so that more of them at once would be no quicker; ten thousand are deeper than its stack. */
const PARENTS_AT_ONCE = 1_000;

/**
 * A list that each thing of another list has. Its pages are those that `page` would give, but the pages of many parents
 * are read in one statement, and so is how many there are in all. In that statement each parent has a query of its own:
 * one for all of them has one plan, that of an average list, and where one list has a million rows and the others three
 * it searches the million for each of those.
 */
export class NestedList<Parent extends object, Row extends ObjectLiteral> {
  private readonly pages: BatchedReads<Asked<Parent>, Row[]>;
  private readonly counts: BatchedReads<Parent, number>;

  constructor(
    database: Database,
    private readonly list: ListOf<Parent, Row>,
  ) {
    this.pages = new BatchedReads(database, (reader, asked) => this.readPages(reader, asked), PARENTS_AT_ONCE);
    this.counts = new BatchedReads(database, (reader, parents) => this.count(reader, parents), PARENTS_AT_ONCE);
  }

  /** @throws VALIDATION_FAILED for a cursor that this list did not give, or `first` outside 1…100 */
  async page(parent: Parent, request: PageRequest): Promise<Connection<Row>> {
    const { order } = this.list;
    const place = placeOf(request, order);
    const rows = await this.pages.load({ parent, place });
    const count = () => this.counts.load(parent);
    return connectionOf(rows, place, order, (row) => row, count);
  }

  /** The rows of each page in their order, and one more where there is more. */
  private async readPages(reader: EntityManager, asked: readonly Asked<Parent>[]): Promise<Row[][]> {
    const { as, order } = this.list;
    const { column, direction = 'ASC' } = order;
    const { metadata } = reader.getRepository(this.list.rows);
    const columns = metadata.columns.filter(({ isSelect }) => isSelect);
    const selected = columns.map(({ databaseName }) => `${as}."${databaseName}"`).join(', ');
    const values = new Values();
    const queries = asked.map(({ parent, place: { size, after } }, index) => {
      const rows = `select ${index} as parent_index, ${column} as listed_by, ${selected} ${this.from(reader, parent, values)}`;
      const beyond = after === null ? '' : `and ${column} ${direction === 'ASC' ? '>' : '<'} ${values.add(after)}`;
      return `(${rows} ${beyond} order by ${column} ${direction} limit ${values.add(size + 1)})`;
    });
    const found = await reader.query<(Record<string, unknown> & Listed)[]>(
      `select * from (${queries.join(' union all ')}) as listed order by parent_index, listed_by ${direction}`,
      values.all,
    );
    const { driver } = reader.dataSource;
    const pages = asked.map((): Row[] => []);
    for (const listed of found) {
      const row = metadata.create() as Row;
      for (const one of columns) one.setEntityValue(row, driver.prepareHydratedValue(listed[one.databaseName], one));
      pages[listed.parent_index]?.push(row);
    }
    return pages;
  }

  private async count(reader: EntityManager, parents: readonly Parent[]): Promise<number[]> {
    const values = new Values();
    const queries = parents.map(
      (parent, index) => `select ${index} as parent_index, count(*)::int as count ${this.from(reader, parent, values)}`,
    );
    const sql = `${queries.join(' union all ')} order by parent_index`;
    return (await reader.query<{ count: number }[]>(sql, values.all)).map(({ count }) => count);
  }

  /** SQL for the rows of a parent, to which conditions can be added. */
  private from(reader: EntityManager, parent: Parent, values: Values): string {
    const { rows, as, where } = this.list;
    const facts = (Object.entries(this.list.parent) as [keyof Parent & string, string][]).map(
      ([name, type]) => `${values.add(parent[name])}::${type} as "${name}"`,
    );
    const { tablePath } = reader.getRepository(rows).metadata;
    return `from ${tablePath} as ${as} cross join (select ${facts.join(', ')}) as parent where (${where})`;
  }
}

interface Listed {
  readonly parent_index: number;
}

/** What a statement is given, each in the place that its SQL speaks of. */
class Values {
  readonly all: unknown[] = [];

  add(value: unknown): string {
    return `$${this.all.push(value)}`;
  }
}
