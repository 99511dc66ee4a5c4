/** Where somebody stands who sets single sign-on up by a link: three steps, each with what is done and what is to do. */
export interface SsoSetupPage {
  /** Of the link: its forms go beneath it. */
  readonly path: string;
  readonly organization: string;
  readonly expiresAt: Date;
  readonly alert?: string | undefined;
  /** The one that is worked on. Leave out where none was added yet. */
  readonly domain?:
    | {
        readonly id: string;
        readonly name: string;
        /** `GONE`: was proven once, and the record is missing. */
        readonly state: 'WAITING' | 'PROVEN' | 'GONE';
        readonly records: readonly SsoSetupRecord[];
        /** What the last look in DNS has shown. */
        readonly look?: { readonly at: Date; readonly message: string; readonly found: readonly string[] } | undefined;
      }
    | undefined;
  readonly others: readonly { readonly name: string; readonly url: string }[];
  /** Leave out where the link is for one domain. */
  readonly add?: { readonly name: string; readonly error?: string | undefined } | undefined;
  readonly providers: readonly { readonly provider: string; readonly name: string }[];
  readonly connections: readonly SsoSetupConnection[];
}

/** A DNS record to add, exactly, or a file to serve. Any one of them is enough; the first is the usual one. */
export interface SsoSetupRecord {
  readonly type: 'TXT' | 'CNAME' | 'FILE';
  /** Of a file its address. */
  readonly name: string;
  /** The name as a panel wants it that appends the domain. Leave out of a file. */
  readonly shortName?: string | undefined;
  readonly value: string;
}

export interface SsoSetupConnection {
  readonly id: string;
  readonly name: string;
  /** How far it is, in words. */
  readonly standing: string;
  /** Leave out where it is in use, so that nothing can be changed. */
  readonly editUrl?: string | undefined;
  /** Whether the settings, as they were last saved, have passed a test. */
  readonly passed: boolean;
  /** The latest test. Leave out before the first. */
  readonly test?:
    | { readonly at: Date; readonly words: string; readonly remedy?: string | undefined; readonly failed: boolean }
    | undefined;
}

/** What to do at a vendor, and the form for what is brought back. */
export interface SsoSetupFormPage {
  readonly path: string;
  readonly backUrl: string;
  readonly domain: { readonly id: string; readonly name: string };
  readonly provider: string;
  readonly name: string;
  /** Each in parts: our own addresses are set apart, to be copied. */
  readonly steps: readonly (readonly { readonly text: string; readonly copied: boolean }[])[];
  readonly guideUrl?: string | undefined;
  /** Why there is no form, where there is none. */
  readonly closed?: string | undefined;
  readonly notice?: string | undefined;
  readonly alert?: string | undefined;
  readonly fields: readonly SsoSetupField[];
}

export interface SsoSetupField {
  readonly name: string;
  readonly label: string;
  readonly type: 'text' | 'url' | 'password' | 'document';
  readonly hint: string;
  readonly optional: boolean;
  /** As typed or saved; never of a secret. */
  readonly value?: string | undefined;
  readonly error?: string | undefined;
  /** What may be chosen, where it is a choice. */
  readonly choices?: readonly string[] | undefined;
}
