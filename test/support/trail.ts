import type { TestApp } from './app.js';

export interface TrailEntry {
  readonly action: string;
  readonly outcome: string;
  readonly actor_kind: string;
  readonly actor_id: string;
  readonly actor_label: string;
  readonly resource_type: string;
  readonly resource_id: string | null;
  readonly project_id: string | null;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  readonly ip: string | null;
  readonly request_id: string;
}

/** The entries of one request, as they are stored, oldest first. */
export async function trailOfRequest(app: TestApp, requestId: string): Promise<TrailEntry[]> {
  const { rows } = await app.database.query<TrailEntry>(
    `select action, outcome, actor_kind, actor_id, actor_label, resource_type, resource_id, project_id, before, after, ip, request_id
     from audit_events where request_id = $1 order by occurred_at, sequence`,
    [requestId],
  );
  return rows;
}

/** The actions on an organization's trail (or on `instance`), oldest first. */
export async function actionsOf(app: TestApp, chainId: string): Promise<string[]> {
  const { rows } = await app.database.query<{ action: string }>(
    'select action from audit_events where chain_id = $1 order by sequence',
    [chainId],
  );
  return rows.map(({ action }) => action);
}
