import { AppError } from '../../platform/errors/app-error.js';
import { validationPipe } from '../../platform/http/validation.js';
import { ClientAuthMethod } from '../../sso/connections/sso-connection.graphql.js';
import type { SetupGuide } from '../../sso/configuration/sso-guide.service.js';
import { ConfigureSsoInput } from '../../sso/connections/sso-mutation.graphql.js';

type Field = SetupGuide['fields'][number];

/** By the names of the fields; what was left out is empty. */
export type Typed = Readonly<Record<string, string>>;

const inputs = validationPipe();

/**
 * What was typed, held to the very rules of `configureSso`. What was left out of a saved connection stays as it was.
 * @throws VALIDATION_FAILED with every field that is missing or wrong
 */
export async function settingsFrom(
  { provider, fields, protocol }: SetupGuide,
  domainId: string,
  typed: Typed,
  isSaved: boolean,
): Promise<ConfigureSsoInput> {
  const missing = fields.filter(({ name, required }) => required && !isSaved && !typed[name]);
  if (missing.length > 0) {
    const problems = missing.map(({ name, label }) => ({ field: name, message: `${label} is missing.` }));
    throw new AppError('VALIDATION_FAILED', { fields: problems });
  }
  const filled = fields.filter(({ name }) => typed[name]).map((field) => [field.name, valueOf(field, typed)]);
  const given = Object.fromEntries(filled) as object;
  // SAML's fields are in a part of their own; one that is emptied of a saved connection leaves what is there.
  const settings = protocol !== 'saml' ? given : isSaved && filled.length === 0 ? {} : { saml: given };
  const input = { domainId, provider, ...settings };
  return (await inputs.transform(input, { type: 'body', metatype: ConfigureSsoInput })) as ConfigureSsoInput;
}

/** A choice is offered as it is written in GraphQL. */
function valueOf({ name, kind }: Field, typed: Typed): string | undefined {
  const text = typed[name];
  return kind === 'CHOICE' ? (new Map<string, string>(Object.entries(ClientAuthMethod)).get(text ?? '') ?? text) : text;
}

/** A problem with the whole of a form, with when to try again, which a program reads from its facts. */
export function toldProblem({ message, facts: { retryAfterSeconds } }: AppError): string {
  return typeof retryAfterSeconds === 'number' ? `${message} Try again in ${retryAfterSeconds} seconds.` : message;
}
