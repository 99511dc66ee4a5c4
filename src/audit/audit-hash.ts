import { sha256 } from '../platform/crypto/digest.js';
import type { AuditEventEntity } from './audit-event.entity.js';

export const chainStart = Buffer.alloc(32);

/**
 * The hash of an event: SHA-256 over the hash before it and every column of the event, as JSON with sorted keys.
 * A reader who has the rows can compute it without Gatehouse.
 */
export function hashOf(event: Omit<AuditEventEntity, 'hash'>): Buffer {
  const told = {
    ...event,
    occurredAt: event.occurredAt.toISOString(),
    previousHash: event.previousHash.toString('hex'),
  };
  return sha256(canonicalJson(told));
}

/** JSON with the members of every object in code-unit order (as RFC 8785 sorts them) and no white space. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inner]) => `${JSON.stringify(name)}:${canonicalJson(inner)}`);
  return `{${members.join(',')}}`;
}
