/**
 * SQL about a row `key` of `api_keys`. A key of a service account may do what it was given and what the account may do: what
 * the account loses no key of it has, and what is given back to it they have again.
 */

/** Whether the key's service account has `:permission`; true for a key that has none. */
export const heldByAccount = `(key.service_account_id is null or exists (
  select from service_accounts account where account.id = key.service_account_id and :permission = any(account.permissions)))`;

/** What the key may do, where its service account is joined to it as `account`. */
export const permissionsWithinAccount = `case when key.service_account_id is null then key.permissions
  else array(select given from unnest(key.permissions) given where given = any(account.permissions)) end`;
