/**
 * What a provider's proof of somebody is wanted for: to sign them in; by somebody who is signed in, to prove again who
 * they are (`confirm`), or to sign in with it from now on (`link`); or to see what would come of it (`test`).
 */
export type FlowPurpose =
  | { readonly for: 'signIn' }
  | {
      readonly for: 'confirm' | 'link';
      /** The session in which it was begun, and in which alone it can be finished. */
      readonly sessionId: string;
    }
  | { readonly for: 'test'; readonly testRunId: string };

export const signingIn: FlowPurpose = { for: 'signIn' };
