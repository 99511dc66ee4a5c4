import { shortened, withInvisiblesShown } from '../../../platform/text/printable.js';
import { toldValue } from '../check.types.js';
import { ProviderRefusal, type ProviderRefusalReason } from '../provider-refusal.types.js';

/** @throws ProviderRefusal unless it holds */
export function demand(holds: boolean, reason: ProviderRefusalReason, detail: string): asserts holds {
  if (!holds) throw new ProviderRefusal(reason, detail);
}

/** Compares to the letter, and tells both. */
export function demandSame(what: string, found: string | null, expected: string, reason: ProviderRefusalReason): void {
  if (found === expected) return;
  throw new ProviderRefusal(reason, `${what} is ${quoted(found)}, not "${expected}"`, {
    check: { expected: `${what} ${expected}`, found: toldValue(found ?? undefined) },
  });
}

/** A name or an address that a stranger wrote, fit for the trail. */
export function quoted(found: string | null): string {
  return found === null ? 'missing' : `"${shortened(withInvisiblesShown(found), 200)}"`;
}
