import { scimError } from './scim-error.js';
import type { ListQuery } from './list-query.js';

interface Source<Item> {
  count(): Promise<number>;
  /** @param page how many, behind an id, and how many of those are left out */
  list(page: { readonly limit: number; readonly offset: number; readonly after: string }): Promise<Item[]>;
}

interface Page<Item> {
  readonly items: readonly Item[];
  readonly total: number;
  readonly nextCursor?: string | null;
}

/**
 * One page of a list, by index (RFC 7644, 3.4.2.4) or by cursor (RFC 9865): a cursor is the last id of a page, so that
 * nobody is told twice or left out because others came or went meanwhile.
 * @throws invalidCursor
 */
export async function pageOf<Item extends { readonly id: string }>(
  { count, startIndex, cursor }: ListQuery,
  source: Source<Item>,
): Promise<Page<Item>> {
  const total = await source.count();
  if (cursor === null) {
    const items = count === 0 ? [] : await source.list({ limit: count, offset: startIndex - 1, after: '' });
    return { items, total };
  }
  const found = await source.list({ limit: count + 1, offset: 0, after: idIn(cursor) });
  const items = found.slice(0, count);
  const last = items.at(-1);
  return { items, total, nextCursor: found.length > count && last ? cursorOf(last.id) : null };
}

const cursorOf = (id: string): string => Buffer.from(id).toString('base64url');

function idIn(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString();
  if (cursor !== '' && !/^[\w-]{1,100}$/.test(id)) throw scimError('invalidCursor', 'The cursor is none of ours.');
  return id;
}
