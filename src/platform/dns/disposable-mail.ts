import { disposableEmailBlocklistSet } from 'disposable-email-domains-js';

/** Some nine thousand, as they were when the package was released; nothing is fetched. */
const disposable = disposableEmailBlocklistSet();

/**
 * Whether a domain, or one above it, gives addresses away for a few minutes to anyone.
 * @param name canonical, as `parseDomainName` reads it
 */
export function isDisposableMail(name: string): boolean {
  const labels = name.split('.');
  return labels.some((_, from) => disposable.has(labels.slice(from).join('.')));
}
