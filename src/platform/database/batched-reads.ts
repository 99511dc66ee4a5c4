import DataLoader from 'dataloader';
import { In, type EntityManager, type EntityTarget, type FindOptionsWhere, type ObjectLiteral } from 'typeorm';
import type { Database } from './database.js';

/**
 * Reads together, in one statement, what is asked for in one turn of the event loop. What is asked for in a transaction is
 * read in that one, and with nothing that is asked for elsewhere. Nothing is kept, so that a change is seen at the next read.
 */
export class BatchedReads<Key, Value> {
  private readonly loaders = new WeakMap<EntityManager, DataLoader<Key, Value>>();

  /**
   * @param read gives one answer for each key, in their order; keys may come twice
   * @param atMost how many keys go into one statement
   */
  constructor(
    private readonly database: Database,
    private readonly read: (reader: EntityManager, keys: readonly Key[]) => Promise<readonly Value[]>,
    private readonly atMost = Infinity,
  ) {}

  load(key: Key): Promise<Value> {
    const { reader } = this.database;
    const loader = this.loaders.get(reader) ?? this.loaderFor(reader);
    return loader.load(key);
  }

  private loaderFor(reader: EntityManager): DataLoader<Key, Value> {
    const options = { cache: false, maxBatchSize: this.atMost };
    const loader = new DataLoader<Key, Value>((keys) => this.read(reader, keys), options);
    this.loaders.set(reader, loader);
    return loader;
  }
}

/** Reads rows by a column that is unique; null where there is none. */
export function rowsBy<Row extends ObjectLiteral>(
  database: Database,
  entity: EntityTarget<Row>,
  column: keyof Row & string,
): BatchedReads<string, Row | null> {
  return new BatchedReads(database, async (reader, values) => {
    const where = { [column]: In([...values]) } as FindOptionsWhere<Row>;
    const found = new Map((await reader.findBy(entity, where)).map((row) => [row[column] as string, row]));
    return values.map((value) => found.get(value) ?? null);
  });
}

/** Reads rows by a column that many may share; an empty list where there are none. */
export function rowsOf<Row extends ObjectLiteral>(
  database: Database,
  entity: EntityTarget<Row>,
  column: keyof Row & string,
): BatchedReads<string, Row[]> {
  return new BatchedReads(database, async (reader, values) => {
    const where = { [column]: In([...values]) } as FindOptionsWhere<Row>;
    const found = new Map<string, Row[]>(values.map((value) => [value, []]));
    for (const row of await reader.findBy(entity, where)) found.get(row[column])?.push(row);
    return values.map((value) => [...(found.get(value) ?? [])]);
  });
}

/**
 * Reads what a service finds of many in one statement; null where it finds nothing.
 * @param find reads by the database's `reader`, which here is that of everybody whose ids it is given
 */
export function foundBy<Value>(
  database: Database,
  find: (ids: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
): BatchedReads<string, Value | null> {
  return new BatchedReads(database, async (_, ids) => {
    const found = await find(ids);
    return ids.map((id) => found.get(id) ?? null);
  });
}
