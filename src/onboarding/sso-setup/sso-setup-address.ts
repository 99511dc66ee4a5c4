/** A page of the link: the overview with a domain chosen, or the form of a vendor for it. */
export function addressIn(path: string, domain: string, provider?: string): string {
  const query = new URLSearchParams({ domain, ...(provider === undefined ? {} : { provider }) }).toString();
  return `${path}${provider === undefined ? '' : '/provider'}?${query}`;
}
