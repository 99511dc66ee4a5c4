/** Pages whose address is the proof. The router takes letters of either case, so this does too. */
const address = /(\/sso-(?:setup|test)\/)[^/?#\s]+/gi;

/** A path, or words that name one, as a log or the trail may keep it: without the token in the address of a page. */
export function withoutTokens(text: string): string {
  return text.replace(address, '$1***');
}
