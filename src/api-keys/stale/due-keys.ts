import type { Reminder } from './key-reminder.entity.js';

/** A key that somebody is to be reminded of. */
export interface DueKey {
  readonly id: string;
  readonly what: Reminder;
  /** When it became, or becomes, due to be rotated; or when it ends. */
  readonly at: Date;
  /** Whether it is to be told now, rather than along with others. */
  readonly isPressing: boolean;
  readonly name: string;
  readonly publicKey: string;
  readonly organization: string;
  /** Null: of the organization. */
  readonly project: string | null;
  readonly serviceAccount: string | null;
  /** The address of whoever made it, where it is theirs and they are still there; null: it is the owners' to see to. */
  readonly maker: string | null;
}

/** Once a quarter a rotation is told of. */
export const AGAIN_AFTER = '90 days';

/** What becomes due within these days is told along, so that the keys of one week make one mail. */
const ALONG = '14 days';

/**
 * What is to be told of the keys in use at `$1`, where keys are to be rotated after `$2` days (0: never). Of two ends that
 * are near enough the nearer counts, and that a short life begins so near to its end is no news.
 */
const due = `
  select key.organization_id, key.id, 'ROTATION' as what, key.created_at + $2::integer * interval '1 day' as at
  from api_keys key
  where $2::integer > 0 and key.successor_id is null and key.revoked_at is null and coalesce(key.expires_at > $1, true)
    and key.created_at + $2::integer * interval '1 day' <= $1::timestamptz + interval '${ALONG}'
  union all
  select key.organization_id, key.id, case when ${endsWithin(3)} then 'EXPIRY_3' else 'EXPIRY_14' end, key.expires_at
  from api_keys key
  where key.successor_id is null and key.revoked_at is null and key.expires_at > $1
    and (${endsWithin(3)} or ${endsWithin(14)})`;

const untold = `
  select due.*, due.what <> 'ROTATION' or due.at <= $1 as pressing
  from (${due}) due
  where not exists (
    select from api_key_reminders told
    where told.api_key_id = due.id and told.what = due.what and told.told_at > $1::timestamptz - interval '${AGAIN_AFTER}')`;

/** The organizations in which there is something to tell. */
export const organizationsToTell = `select distinct organization_id as id from (${untold}) untold where pressing order by 1`;

/** All that there is to tell in the organization `$3`. */
export const keysToTell = `
  select untold.id, untold.what, untold.at, untold.pressing as "isPressing", key.name, key.public_key as "publicKey",
         organization.name as organization, project.name as project, account.name as "serviceAccount", maker.email as maker
  from (${untold}) untold
  join api_keys key on key.id = untold.id
  join organizations organization on organization.id = key.organization_id
  left join projects project on project.id = key.project_id
  left join service_accounts account on account.id = key.service_account_id
  left join memberships membership on key.service_account_id is null
    and membership.organization_id = key.organization_id and membership.user_id = key.created_by
  left join users maker on maker.id = membership.user_id and maker.deactivated_at is null
  where untold.organization_id = $3
  order by untold.at, key.name, key.id`;

function endsWithin(days: number): string {
  return `(key.expires_at <= $1::timestamptz + interval '${days} days' and key.expires_at > key.created_at + interval '${days} days')`;
}
