import { parseEmailAddress } from '../../platform/text/email-address.js';
import { shortened, withInvisiblesShown } from '../../platform/text/printable.js';

/** An email as the trail tells it: what a provider sent instead of one can be anything. */
export function toldEmail(claimed: string | null): string | null {
  if (claimed === null) return null;
  return parseEmailAddress(claimed)?.address ?? shortened(withInvisiblesShown(claimed.slice(0, 200)), 200);
}
