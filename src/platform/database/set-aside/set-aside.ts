import { Injectable } from '@nestjs/common';
import type { Tx } from '../database.js';
import { goesBy, tablesGoingWith, type ForeignKey, type GoingTable } from './table-graph.js';

/** How many rows of a table have not come back. A table of which all have is not among them. */
export type LeftOut = Readonly<Record<string, number>>;

const foreignKeys = `
  select k.conrelid::regclass::text as "table", k.confrelid::regclass::text as parent,
         ${namesOf('conrelid', 'conkey')} as columns, ${namesOf('confrelid', 'confkey')} as "parentColumns",
         case k.confdeltype when 'c' then 'cascade' when 'n' then 'setNull' else 'refuse' end as "onDelete"
  from pg_constraint k
  where k.contype = 'f' and k.connamespace = 'public'::regnamespace
  order by k.conrelid::regclass::text, k.conname`;

const primaryKey = `
  select quote_ident(a.attname) as name
  from pg_index i cross join unnest(i.indkey) with ordinality at (number, place)
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = at.number
  where i.indrelid = $1::regclass and i.indisprimary
  order by at.place`;

/** The columns that a table has and the rows that were set aside had too. What a migration has added since has its default. */
const commonColumns = `
  select quote_ident(a.attname) as name
  from pg_attribute a
  where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    and (select row ? a.attname::text from set_aside_rows where deletion_id = $2 and table_name = $3 order by id limit 1)
  order by a.attnum`;

/**
 * Takes a row out of its table with all that hangs on it, and puts it back. What is set aside is in no table that anything
 * else reads: no query has to leave it out, and none can forget to. Which tables those are is read from the foreign keys.
 */
@Injectable()
export class SetAside {
  /**
   * Deletes a row and what goes with it by `on delete cascade`, and keeps it under `deletionId`.
   * @param root the table; its rows have an `id`
   */
  async take(tx: Tx, deletionId: string, root: string, id: string): Promise<void> {
    const tables = await readTables(tx, root);
    // From the root down, each row locked: what is kept is what goes, and nobody hangs anything more on it meanwhile.
    for (const table of tables) await keepRows(tx, deletionId, table, tables, id);
    await tx.query(`delete from ${root} where id = $1`, [id]);
  }

  /**
   * Puts back what was set aside under `deletionId`. What hangs on something that is gone by now stays away, and so does what
   * something else has taken the place of.
   */
  async putBack(tx: Tx, deletionId: string, root: string): Promise<LeftOut> {
    const leftOut: Record<string, number> = {};
    for (const table of await readTables(tx, root)) {
      const missing = await restoreRows(tx, deletionId, table);
      if (missing > 0) leftOut[table.name] = missing;
    }
    return leftOut;
  }

  /** Changes what is kept of the rows of a table, by its columns' names. */
  async change(tx: Tx, deletionId: string, table: string, changed: Readonly<Record<string, unknown>>): Promise<void> {
    await tx.query('update set_aside_rows set row = row || $3::jsonb where deletion_id = $1 and table_name = $2', [
      deletionId,
      table,
      JSON.stringify(changed),
    ]);
  }
}

async function readTables(tx: Tx, root: string): Promise<GoingTable[]> {
  return tablesGoingWith(root, await tx.query<ForeignKey[]>(foreignKeys));
}

async function keepRows(
  tx: Tx,
  deletionId: string,
  table: GoingTable,
  tables: readonly GoingTable[],
  id: string,
): Promise<void> {
  const keys = await tx.query<{ name: string }[]>(primaryKey, [table.name]);
  const order = keys.map(({ name }) => name).join(', ');
  const ways = table.cascades.length === 0 ? ['id = $1'] : table.cascades.map((key) => goesBy(key, tables));
  for (const [index, way] of ways.entries()) {
    // A row may go by several ways, and is kept once.
    const byOthers = ways.slice(0, index).map((other) => ` and (${other}) is not true`);
    await tx.query(
      `insert into set_aside_rows (deletion_id, table_name, row)
       select $2, $3, to_jsonb(going)
       from (select * from ${table.name} where ${way}${byOthers.join('')} order by ${order} for update) going`,
      [id, deletionId, table.name],
    );
  }
}

/** @returns how many have not come back */
async function restoreRows(tx: Tx, deletionId: string, { name, references }: GoingTable): Promise<number> {
  const columns = await tx.query<{ name: string }[]>(commonColumns, [name, deletionId, name]);
  if (columns.length === 0) return 0;
  const forgotten = references.filter(({ onDelete }) => onDelete === 'setNull');
  const needed = references.filter(({ onDelete, parent }) => onDelete !== 'setNull' && parent !== name);
  const values = columns.map(({ name: column }) => {
    const key = forgotten.find((candidate) => candidate.columns.includes(column));
    return key ? `case when ${isThere(key)} then kept.${column} end` : `kept.${column}`;
  });
  const [counted] = await tx.query<{ missing: number }[]>(
    `with back as (
       insert into ${name} (${columns.map((column) => column.name).join(', ')}) overriding system value
       select ${values.join(', ')}
       from set_aside_rows aside cross join lateral jsonb_populate_record(null::${name}, aside.row) kept
       where ${['aside.deletion_id = $1', 'aside.table_name = $2', ...needed.map(isThere)].join(' and ')}
       order by aside.id
       on conflict do nothing
       returning 1
     )
     select ((select count(*) from set_aside_rows where deletion_id = $1 and table_name = $2)
             - (select count(*) from back))::int as missing`,
    [deletionId, name],
  );
  return counted?.missing ?? 0;
}

/** SQL that is true where what the kept row refers to is there, or it refers to nothing. */
function isThere({ columns, parent, parentColumns }: ForeignKey): string {
  const absent = columns.map((column) => `kept.${column} is null`);
  const same = columns.map((column, index) => `there.${parentColumns[index]} = kept.${column}`);
  return `(${absent.join(' or ')} or exists (select from ${parent} there where ${same.join(' and ')}))`;
}

/** The names of a constraint's columns, in its order. */
function namesOf(table: string, numbers: string): string {
  return `array(
    select quote_ident(a.attname) from unnest(k.${numbers}) with ordinality at (number, place)
      join pg_attribute a on a.attrelid = k.${table} and a.attnum = at.number
    order by at.place)`;
}
