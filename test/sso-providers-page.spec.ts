import { describe, expect, it } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { listForms, type ProviderForm } from '../src/sso/providers/forms.js';
import { guideFor, type FormField } from '../src/sso/providers/vendor-form.js';
import { guideValuesOf } from '../src/sso/sources/source-addresses.js';

const committed = path.resolve(import.meta.dirname, '../docs/sso-providers.md');

const heading = `<!-- Written by \`npm run docs\` from src/sso/providers. Do not edit. -->

# Providers for single sign-on, step by step

What to do at each vendor before [single sign-on](single-sign-on.md) is configured, and what to bring back from there. The
addresses are those of the domain \`acme.com\`; \`ssoSetupGuide\` tells them for a domain of yours, also while it is not yet
proven and before there is a connection:

\`\`\`graphql
query Guide($domainId: ID!) {
  ssoSetupGuide(domainId: $domainId, provider: OKTA) {
    callbackUrl initiateUrl signOutUrl backchannelLogoutUrl steps
    fields { name label help kind required example }
  }
}
\`\`\`

\`ssoProviderForms\` has what is on this page. Vendors rename their menus now and then: where a word is not found, the link
below the steps leads to the vendor's own page. A field is given to \`configureSso\` under the name in its first column.
`;

describe('the page on the providers of single sign-on', () => {
  it('is committed as the forms say (npm run docs writes it)', async () => {
    const current = `${heading}\n${listForms().map(part).join('\n')}`;
    if (process.env.UPDATE_DOCS) await writeFile(committed, current);
    expect(await readFile(committed, 'utf8')).toBe(current);
  });
});

function part(form: ProviderForm): string {
  const { provider, name, keySuffix, fields, guideUrl } = form;
  const values = guideValuesOf('ROOT_URL', `acme.com.${keySuffix}`);
  const quoted = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, `\`${value}\``]));
  const steps = guideFor(form, { ...values, ...quoted }).map((step, index) => `${index + 1}. ${step}`);
  return [
    `## ${provider === 'CUSTOM' ? 'Any other OpenID provider' : name}`,
    '',
    `\`provider: ${provider}\`${form.protocol === 'saml' ? ', with the fields in `saml`' : ''}`,
    '',
    ...steps,
    '',
    '| field | there called | where it is |',
    '|---|---|---|',
    ...fields.map(row),
    '',
    ...(guideUrl === undefined ? [] : [`The vendor's own page: <${guideUrl}>`, '']),
  ].join('\n');
}

function row({ name, label, help, required, example, choices }: FormField<string>): string {
  const shown = [
    ...(example === undefined ? [] : [`For example \`${example}\`.`]),
    ...(choices ? [`One of ${choices.map((choice) => `\`${choice}\``).join(', ')}.`] : []),
  ];
  return `| \`${name}\`${required ? '' : ' (optional)'} | ${label} | ${[help, ...shown].join(' ')} |`;
}
