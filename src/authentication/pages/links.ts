/** The providers as links that bring the person back to where they wanted to go. */
export function withReturnTo(
  providers: readonly { readonly name: string; readonly loginUrl: string }[],
  returnTo: string,
): { name: string; loginUrl: string }[] {
  const query = returnTo === '/' ? '' : `?returnTo=${encodeURIComponent(returnTo)}`;
  return providers.map(({ name, loginUrl }) => ({ name, loginUrl: `${loginUrl}${query}` }));
}

/** The password step, past single sign-on. Without an email it asks for that too. */
export function passwordUrl(returnTo: string, email?: string): string {
  const query = new URLSearchParams({
    ...(email === undefined ? {} : { email }),
    ...(returnTo === '/' ? {} : { returnTo }),
  });
  return query.size === 0 ? '/sign-in/password' : `/sign-in/password?${query.toString()}`;
}
