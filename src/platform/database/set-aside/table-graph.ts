/** A foreign key, by the names that SQL knows its tables and columns by. */
export interface ForeignKey {
  readonly table: string;
  readonly columns: readonly string[];
  readonly parent: string;
  readonly parentColumns: readonly string[];
  /** Whether a row goes when what it refers to goes, or forgets it. */
  readonly onDelete: 'cascade' | 'setNull' | 'refuse';
}

/** A table whose rows go when a row of another goes. */
export interface GoingTable {
  readonly name: string;
  /** By which it goes along; empty for the root. */
  readonly cascades: readonly ForeignKey[];
  /** All that its rows refer to. */
  readonly references: readonly ForeignKey[];
}

/**
 * The tables that lose rows when one of `root` is deleted, each behind those that it refers to: in this order they can be
 * filled again.
 * @throws Error where tables refer to each other in a circle, so that there is no such order
 */
export function tablesGoingWith(root: string, keys: readonly ForeignKey[]): GoingTable[] {
  const names = new Set([root]);
  for (const name of names)
    for (const { table, parent, onDelete } of keys) if (parent === name && onDelete === 'cascade') names.add(table);

  const waiting = [...names].map((name): GoingTable => {
    const references = keys.filter(({ table }) => table === name);
    const goesAlong = ({ parent, onDelete }: ForeignKey) =>
      name !== root && onDelete === 'cascade' && names.has(parent) && parent !== name;
    return { name, references, cascades: references.filter(goesAlong) };
  });
  return inOrder(waiting);
}

function inOrder(tables: readonly GoingTable[]): GoingTable[] {
  const ordered: GoingTable[] = [];
  let waiting = tables;
  while (waiting.length > 0) {
    const behind = new Set(waiting.map(({ name }) => name));
    const free = ({ name, references }: GoingTable) =>
      references.every(({ parent }) => parent === name || !behind.has(parent));
    const next = waiting.filter(free);
    if (next.length === 0) throw new Error(`These tables refer to each other in a circle: ${[...behind].join(', ')}`);
    ordered.push(...next);
    waiting = waiting.filter((table) => !free(table));
  }
  return ordered;
}

/** SQL that gives `columns` of the rows of a table that go with the root's row, whose id is `$1`. */
export function rowsGoing(table: GoingTable, tables: readonly GoingTable[], columns: readonly string[]): string {
  const selected = `select ${columns.join(', ')} from ${table.name}`;
  if (table.cascades.length === 0) return `${selected} where id = $1`;
  // A union rather than an `or`, so that each part can go by its index.
  return table.cascades.map((key) => `${selected} where ${goesBy(key, tables)}`).join(' union all ');
}

/** SQL that is true of a row that goes by this foreign key. */
export function goesBy(key: ForeignKey, tables: readonly GoingTable[]): string {
  const parent = tables.find(({ name }) => name === key.parent);
  if (!parent) throw new Error(`${key.parent} does not go`);
  return `(${key.columns.join(', ')}) in (${rowsGoing(parent, tables, key.parentColumns)})`;
}
